"""The fluent verbs of the model registry."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.model_sources import append_path, check_source, source_scheme, split_run_source
from headwater.protocol.registered_models import MAX_MODEL_RESULTS
from headwater.registry.entities import ModelVersion, RegisteredModel
from headwater.registry.version_verbs import AWAIT_S, MAX_RESULTS
from headwater.tracking.client import Client
from headwater.tracking.logged_model import LoggedModel
from headwater.tracking.session import current_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.protocol.paged_list import PagedList
    from headwater.protocol.provenance import Provenance

MODEL_FILE = "MLmodel"


def register_model(
    model_uri: str | Path,
    name: str,
    await_registration_for: int = AWAIT_S,
    *,
    tags: Mapping[str, object] | None = None,
    env_pack: Any = None,  # noqa: ARG001 - for callers of MLflow; a matter of Databricks
    client: Client | None = None,
) -> ModelVersion:
    """Make a version of a registered model, which is created if missing, of a model's files.

    Args:
        model_uri: `runs:/<run_id>/<path of a logged model>`, an artifact URI, a folder of this machine, or
            `models:/<name>/<version>` for a copy, or `models:/m-<id>` for a logged model.
        name: the registered model.
        await_registration_for: how many seconds to wait until what this process logged has arrived; a version is made
            of the files that are there then, and is ready when this returns.
        tags: tags of the version.
        env_pack: accepted for callers of MLflow.
        client: where; default: the stores in force.

    The version pins the digests of its files: loading it later fails if they are not the same. Files outside of the
    store's own tree, such as those of a bucket or a folder, are read once for that.

    Raises:
        ResourceDoesNotExist: the run has no model at this path.

    Example:
        >>> hw.register_model(f"runs:/{run_id}/model", "churn")
        Successfully registered model 'churn'.
        Created version '1' of model 'churn'.
        <ModelVersion 'churn' 1>
    """
    client = client or Client()
    current_session().settle(client.tracking_uri, await_registration_for)
    source = _find_source(client, str(model_uri))
    run_id, _ = split_run_source(str(model_uri))
    model_id = parse_model_uri(source).model_id if is_model_uri(source) else ""
    if model_id:
        run_id = run_id or client.get_logged_model(model_id).source_run_id
    check_source(source, run_id, model_id)  # before a model is created that would stay empty
    provenance = _find_provenance(client, source, run_id)
    try:
        client.create_registered_model(name)
    except ResourceAlreadyExists:
        _tell(f"Registered model '{name}' already exists. Creating a new version of this model...")
    else:
        _tell(f"Successfully registered model '{name}'.")
    version = client.create_model_version(
        name,
        source,
        run_id,
        tags=tags,
        await_creation_for=await_registration_for,
        model_id=model_id,
        provenance=provenance,
    )
    _tell(f"Created version '{version.version}' of model '{version.name}'.")
    return version


def search_registered_models(
    max_results: int | None = None, filter_string: str | None = None, order_by: list[str] | None = None
) -> list[RegisteredModel]:
    """Return the registered models that match, all of them unless `max_results` says how many.

    Example:
        >>> hw.search_registered_models(filter_string="tags.team = 'growth'")
        [<RegisteredModel 'churn' @champion=3>]
    """
    client = Client()
    return _read_pages(
        lambda wanted, token: client.search_registered_models(filter_string, wanted, order_by, token),
        max_results,
        MAX_MODEL_RESULTS,
    )


def search_model_versions(
    max_results: int | None = None, filter_string: str | None = None, order_by: list[str] | None = None
) -> list[ModelVersion]:
    """Return the versions that match, all of them unless `max_results` says how many.

    Example:
        >>> hw.search_model_versions(filter_string="name = 'churn'", order_by=["version_number DESC"])
    """
    client = Client()
    return _read_pages(
        lambda wanted, token: client.search_model_versions(filter_string, wanted, order_by, token),
        max_results,
        MAX_RESULTS,
    )


def set_model_version_tag(name: str, version: str | None = None, key: str | None = None, value: Any = None) -> None:
    """Set a tag of a version.

    Example:
        >>> hw.set_model_version_tag("churn", "3", "validated", "yes")
    """
    Client().set_model_version_tag(name, version, key, value)


def _find_source(client: Client, uri: str) -> str:
    run_id, path = split_run_source(uri)
    if run_id:
        if not any(Path(file.path).name == MODEL_FILE for file in client.list_artifacts(run_id, path)):
            return find_logged_model(client, run_id, path).model_uri
        return append_path(client.get_run(run_id).info.artifact_uri, path)
    if not source_scheme(uri) and Path(uri).exists():
        return str(Path(uri).absolute())
    return uri


def _find_provenance(client: Client, source: str, run_id: str) -> "Provenance | None":
    """Return what the registry cannot see itself: files outside of its tree, and a run that is on another server."""
    from headwater.protocol.provenance import Provenance
    from headwater.tracking.provenance import describe_run, try_to_describe_files

    tracking = current_session().store(client.tracking_uri)
    is_elsewhere = client.registry_uri != client.tracking_uri
    root = source
    if is_model_uri(source):
        named = parse_model_uri(source)
        if not named.model_id:  # a copy has the pins of its original
            return None
        root = append_path(client.get_logged_model(named.model_id).artifact_location, named.path)
    if not is_elsewhere and source_scheme(root) == "mlflow-artifacts":
        return None
    run = describe_run(tracking, run_id) if run_id and is_elsewhere else None
    return Provenance(try_to_describe_files(tracking, root, _tell), run)


def find_logged_model(client: Client, run_id: str, name: str) -> LoggedModel:
    """Return the newest model that a run logged under this name."""
    experiment_id = client.get_run(run_id).info.experiment_id
    logged = client.search_logged_models([experiment_id], f"source_run_id = '{run_id}'")
    found = next((model for model in logged if model.name == name), None)
    if found is None:
        raise ResourceDoesNotExist(
            f"Unable to find a model at '{name}' among the artifacts of run '{run_id}': it has no file "
            f"'{MODEL_FILE}', and no logged model has this name. List the run's artifacts to see what there is."
        )
    return found


def _read_pages(read: "Callable[[int, str | None], PagedList[Any]]", most: int | None, page: int) -> list[Any]:
    found: list[Any] = []
    token: str | None = None
    while most is None or len(found) < most:
        answer = read(page if most is None else min(page, most - len(found)), token)
        found += answer
        token = answer.token
        if not token:
            break
    return found


def _tell(message: str) -> None:
    sys.stderr.write(f"{message}\n")
