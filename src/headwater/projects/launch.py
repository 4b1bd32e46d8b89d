"""Run a project: fetch its code, make its environment, start its command, follow its run."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from headwater.capture.code import read_diff
from headwater.projects.backends import find_backend
from headwater.projects.fingerprint import FINGERPRINT_TAG, find_run, fingerprint_plan, note_reuse
from headwater.projects.plan import Plan, make_plan, start_plan
from headwater.projects.project_file import DEFAULT_ENTRY_POINT
from headwater.projects.record import DIFF_FILE
from headwater.projects.submitted import SubmittedRun
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue
from headwater.protocol.runs import RunStatus
from headwater.tracking.active import active_experiment, active_run
from headwater.tracking.capture_choice import make_redactor
from headwater.tracking.client import Client
from headwater.tracking.context import user_name
from headwater.tracking.run import Run
from headwater.tracking.writer import RunWriter

_log = logging.getLogger(__name__)


class ExecutionException(HeadwaterError):
    """The command of a project failed; its run says FAILED."""

    error_code = "INTERNAL_ERROR"


def run(
    uri: str | Path,
    entry_point: str = DEFAULT_ENTRY_POINT,
    version: str | None = None,
    parameters: Mapping[str, object] | None = None,
    docker_args: Mapping[str, object] | None = None,
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    backend: str | None = "local",
    backend_config: Mapping[str, Any] | str | Path | None = None,
    storage_dir: str | Path | None = None,
    synchronous: bool = True,  # noqa: FBT001 - the order that callers of MLflow know
    run_id: str | None = None,
    run_name: str | None = None,
    env_manager: str | None = None,
    build_image: bool = False,  # noqa: FBT001
    docker_auth: Mapping[str, str] | None = None,
    reuse: bool = False,  # noqa: FBT001
) -> SubmittedRun:
    """Run an entry point of a project as a run of an experiment.

    Args:
        uri: a folder, a git URL or a zip archive, each perhaps with `#subdirectory`.
        entry_point: its name, or a script of the project.
        version: branch, tag or commit.
        parameters: values; what the entry point does not declare becomes `--name value`.
        experiment_name, experiment_id: where; default: the active experiment.
        backend: "local", "docker", "kubernetes", "ray", "slurm", or the name of a plugin.
        backend_config: what the backend takes, as a dict, JSON, or a file of JSON or YAML.
        storage_dir: where remote files of `path` parameters go; default: in HEADWATER_HOME.
        synchronous: wait for the end, and raise `ExecutionException` if it failed.
        run_id: be this run, which exists, instead of a new one.
        run_name: name of the run.
        env_manager: "uv" for an environment of the project's own, if it describes one, else this process's ("local").
        reuse: be an earlier run of the experiment if code, command, inputs and environment are those of that one.
        docker_args, docker_auth: options of `docker run`, `{"gpus": "all"}`; "username" and "password" for a registry.
        build_image: build an image with the project on top of the one that it names, instead of mounting the project.

    Raises:
        InvalidParameterValue: something is wrong with URI, entry point or parameters; there is no run then.
        ResourceDoesNotExist: there is no such project or version.

    Example:
        >>> hw.projects.run("https://github.com/mlflow/mlflow-example.git", parameters={"alpha": 0.3})
    """
    where = find_backend(name := backend or "local")
    config = {**read_backend_config(backend_config)}
    config |= _given({"docker_args": docker_args, "build_image": build_image, "docker_auth": docker_auth})
    plan = make_plan(str(uri), entry_point, version or "", parameters or {}, env_manager or "")
    client = Client()
    tags = {FINGERPRINT_TAG: fingerprint_plan(client, plan)} if reuse else {}
    if reuse:
        experiment_name, experiment_id = None, choose_experiment(client, experiment_name, experiment_id)
        if earlier := _find_earlier(client, experiment_id, tags[FINGERPRINT_TAG], run_id):
            return _reuse(client, earlier, run_name or plan.point.name)
    found = _existing(client, run_id) or create_run(client, plan, experiment_name, experiment_id, run_name, name, tags)
    submitted = start_plan(client, found, plan, where, config, storage_dir)
    if synchronous and not submitted.wait():
        raise ExecutionException(describe_failure(submitted))
    return submitted


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value}


def _existing(client: Client, run_id: str | None) -> str:
    """Return the id of the run that is wanted, which must exist, "" if a new one is."""
    return client.get_run(run_id).info.run_id if run_id else ""


def _find_earlier(client: Client, experiment_id: str, fingerprint: str, run_id: str | None) -> Run | None:
    if run_id:
        raise InvalidParameterValue(f"Run '{run_id}' exists, so it cannot be an earlier one too. Leave out reuse.")
    return find_run(client, experiment_id, fingerprint)


def _reuse(client: Client, earlier: Run, name: str) -> SubmittedRun:
    _log.info("=== Nothing changed since run with ID '%s', which is reused ===", earlier.info.run_id)
    if parent := active_run():
        note_reuse(client, earlier, parent.info.run_id, name)
    return SubmittedRun(earlier.info.run_id, None, client)


def describe_failure(submitted: SubmittedRun) -> str:
    """Return the message for a run that failed or was killed."""
    reason = f": {submitted.failure.rstrip('.')}" if submitted.failure else ""
    what = "was killed" if submitted.get_status() == RunStatus.KILLED else "failed"
    return f"Run (ID '{submitted.run_id}') {what}{reason}. Read its log with: headwater runs logs {submitted.run_id}"


def create_run(
    client: Client,
    plan: Plan,
    experiment_name: str | None,
    experiment_id: str | None,
    run_name: str | None,
    backend: str,
    tags: Mapping[str, str] | None = None,
) -> str:
    """Create the run of a plan, with its parameters and with what git does not have of its code; return its id.

    What `tags` says wins over what is found out here.
    """
    experiment = choose_experiment(client, experiment_name, experiment_id)
    all_tags = {**_tags(plan, backend), **(tags or {})}
    created = client.create_run(experiment, tags=all_tags, run_name=run_name).info.run_id
    writer = RunWriter(client.tracking_uri, created)
    writer.log_params(plan.values, synchronous=None)
    if not plan.source.is_fetched and (diff := read_diff(plan.source.folder)):
        writer.log_bytes(make_redactor().redact(diff).encode(), DIFF_FILE, synchronous=False)
    return created


def choose_experiment(client: Client, experiment_name: str | None, experiment_id: str | None) -> str:
    """Return the id of an experiment: by name, created if there is none, by id, or that of the active run."""
    if experiment_name and experiment_id:
        raise InvalidParameterValue("Give the experiment by its name or by its id, not by both.")
    if experiment_name:
        known = client.get_experiment_by_name(experiment_name)
        return known.experiment_id if known else client.create_experiment(experiment_name)
    parent = active_run()
    return experiment_id or (parent.info.experiment_id if parent else active_experiment().experiment_id)


def _tags(plan: Plan, backend: str) -> dict[str, str]:
    parent = active_run()
    tags = {
        "mlflow.user": user_name(),
        "mlflow.source.name": plan.source.uri,
        "mlflow.source.type": "PROJECT",
        "mlflow.project.entryPoint": plan.point.name,
        "mlflow.project.backend": backend,
        "mlflow.project.env": plan.manager,
        "mlflow.source.git.commit": plan.source.commit,
        "mlflow.source.git.repoURL": plan.source.repository,
        "mlflow.source.git.branch": plan.source.branch,
        "mlflow.parentRunId": parent.info.run_id if parent else "",
    }
    return {key: value for key, value in tags.items() if value}


def read_backend_config(given: Mapping[str, Any] | str | Path | None) -> Mapping[str, Any]:
    """Return what a backend is told: a mapping, its JSON, or the name of a `.json` file."""
    if given is None or isinstance(given, Mapping):
        return given or {}
    text = str(given)
    try:
        is_inline = text.lstrip().startswith("{")
        found = json.loads(text) if is_inline else yaml.safe_load(Path(text).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InvalidParameterValue(f"The backend_config '{text}' is no JSON and no file of it: {error}.") from error
    if not isinstance(found, dict):
        raise InvalidParameterValue(f"The backend_config '{text}' is no JSON object.")
    return found
