"""What decides whether a run of a project would come out as an earlier one did: code, command, inputs, environment."""

from collections.abc import Iterable
from dataclasses import asdict
from urllib.parse import urlsplit

import msgspec

from headwater.projects.digests import digest_all, digest_code, digest_path, read_artifact_digests
from headwater.projects.environment import describe_present
from headwater.projects.parameters import find_file
from headwater.projects.plan import Plan
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.registry.uris import resolve_version
from headwater.tracking.client import Client
from headwater.tracking.run import PARENT_RUN_TAG, Run
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter

FINGERPRINT_TAG = "headwater.fingerprint"
REUSES_TAG = "headwater.reuses"


def fingerprint_plan(client: Client, plan: Plan, code: Iterable[str] = ()) -> str:
    """Return a digest of everything that decides how a plan comes out, as far as it can be known.

    A local file of a `path` parameter counts by its content, `runs:/…` by the digests of the artifacts, `models:/…` by
    the version that it means now; any other value, such as the URL of a bucket, counts as it is written.

    Args:
        client: of the store that has the runs.
        plan: what would be run.
        code: which files of the project count; default: all.

    Raises:
        InvalidParameterValue: `code` names no file.
    """
    environment = plan.environment or describe_present()
    image = asdict(plan.project.docker_env) if plan.project.docker_env else None
    described = [environment.python, *environment.requirements, "", *environment.constraints]
    content = {
        "code": digest_code(plan.source.folder, code),
        "entry_point": [plan.point.name, plan.point.command],
        "inputs": {name: _identify(client, plan, name, text) for name, text in plan.values.items()},
        "environment": [*described, environment.conda] if environment.conda else described,
        "image": image,
    }
    return digest_all({name: msgspec.json.encode(part, order="sorted").decode() for name, part in content.items()})


def find_run(client: Client, experiment_id: str, fingerprint: str) -> Run | None:
    """Return the newest run of an experiment that has this fingerprint and is FINISHED, None if there is none."""
    wanted = f"tags.`{FINGERPRINT_TAG}` = '{fingerprint}' AND attributes.status = 'FINISHED'"
    found = client.search_runs([experiment_id], wanted, max_results=1, order_by=["attributes.start_time DESC"])
    return found[0] if found else None


def note_reuse(client: Client, earlier: Run, parent_run_id: str, name: str) -> str:
    """Record below a parent that an earlier run stands for a part of it, and return the id of this small run."""
    experiment_id = client.get_run(parent_run_id).info.experiment_id
    note = f"Reused: nothing changed since run `{earlier.info.run_id}`, which has its metrics and artifacts."
    tags = {PARENT_RUN_TAG: parent_run_id, REUSES_TAG: earlier.info.run_id, "mlflow.note.content": note}
    run_id = client.create_run(experiment_id, tags=tags, run_name=name).info.run_id
    RunWriter(client.tracking_uri, run_id).log_params(earlier.data.params, synchronous=None)
    client.set_terminated(run_id)
    return run_id


def _identify(client: Client, plan: Plan, name: str, text: str) -> str:
    """Return what stands for the content of a value."""
    scheme = urlsplit(text).scheme
    if scheme == "runs":
        return _identify_artifacts(client, text)
    if is_model_uri(text):
        return _identify_model(client, text)
    parameter = plan.point.parameters.get(name)
    if parameter is not None and parameter.type == "path" and scheme in {"", "file"}:
        path = find_file(parameter, text, plan.source.folder)
        return f"content {digest_path(path)}" if path.exists() else text
    return text


def _identify_artifacts(client: Client, uri: str) -> str:
    run_id, _, path = urlsplit(uri).path.strip("/").partition("/")
    try:
        digests = read_artifact_digests(client, client.get_run(run_id))
    except ResourceDoesNotExist:
        return uri
    inner = f"{path}/" if path else ""
    found = {name: digest for name, digest in digests.items() if name == path or name.startswith(inner)}
    return f"content {digest_all(found)}" if found else uri


def _identify_model(client: Client, uri: str) -> str:
    parsed = parse_model_uri(uri)
    if parsed.model_id or parsed.version:
        return uri
    version = resolve_version(current_session().store(client.registry_uri), parsed)
    return f"models:/{version.name}/{version.version}/{parsed.path}"
