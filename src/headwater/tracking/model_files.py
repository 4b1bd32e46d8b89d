"""The files that `models:/` URIs name, of registered and of logged models, read from where their artifacts are."""

from pathlib import Path

from headwater.protocol.artifacts import FileInfo, GetTree
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.logged_models import GetLoggedModel
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.model_sources import append_path, split_run_source
from headwater.protocol.runs import GetRun
from headwater.registry.uris import locate_files
from headwater.stores.interface import Store
from headwater.tracking.artifact_files import (
    download_tree,
    list_files,
    local_folder,
    temporary_folder,
    tree_root,
)
from headwater.tracking.client import Client
from headwater.tracking.session import current_session


def download_model(client: Client, uri: str, dst_path: str | Path | None) -> str:
    """Download the files of a version, or one of them, and return where they are.

    They are put into `dst_path` itself, or a temporary folder; nothing is copied of a local folder without one.
    """
    store, root, path = find_files(client, uri)
    folder = local_folder(root)
    if folder is not None and dst_path is None:
        return str(folder / path)
    return str(download_tree(store, root, path, Path(dst_path) if dst_path else temporary_folder()))


def list_model(client: Client, uri: str) -> list[FileInfo]:
    """Return one folder of the files of a version; paths are relative to the version's root."""
    store, root, path = find_files(client, uri)
    return list_files(store, root, path)


def find_files(client: Client, uri: str) -> tuple[Store, str, str]:
    """Return the store that holds the files of a `models:/` URI, their root, and the path that it names below that."""
    session = current_session()
    for place in {client.tracking_uri, client.registry_uri}:
        session.settle(place)
    tracking, registry = session.store(client.tracking_uri), session.store(client.registry_uri)
    named = parse_model_uri(uri)
    if named.model_id:
        return tracking, _locate_logged(tracking, named.model_id), named.path
    root, path = locate_files(registry, uri)
    if is_model_uri(root):  # the registry is not where this logged model is
        logged = parse_model_uri(root)
        return tracking, append_path(_locate_logged(tracking, logged.model_id), logged.path), path
    if tracking is not registry and not _holds(tracking, root):
        return registry, _absolute(registry, root), path
    return tracking, _absolute(tracking, root), path


def _locate_logged(store: Store, model_id: str) -> str:
    return store.logged_models.get(GetLoggedModel(model_id)).model.info.artifact_uri


def _absolute(store: Store, root: str) -> str:
    """Return an artifact URI in place of `runs:/<run_id>/<path>`."""
    run_id, path = split_run_source(root)
    if not run_id:
        return root
    return append_path(store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri, path)


def _holds(store: Store, root: str) -> bool:
    try:
        uri = _absolute(store, root)
    except ResourceDoesNotExist:
        return False
    return not uri.startswith("mlflow-artifacts:") or bool(store.artifacts.get_tree(GetTree(tree_root(uri))).files)
