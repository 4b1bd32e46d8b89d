"""The files that `models:/` URIs name, of registered and of logged models, read from where their artifacts are."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from headwater.protocol.artifacts import ArtifactFile, FileInfo, GetTree
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.logged_models import GetLoggedModel
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.model_sources import append_path, split_run_source
from headwater.protocol.model_versions import GetDownloadUri, ModelVersion
from headwater.protocol.runs import GetRun
from headwater.registry.uris import resolve_version
from headwater.stores.interface import Store
from headwater.tracking.artifact_files import (
    download_tree,
    is_proxied,
    list_files,
    local_folder,
    temporary_folder,
    tree_root,
)
from headwater.tracking.client import Client
from headwater.tracking.provenance import check_unchanged, describe_files, find_provenance, hash_local, pins_below
from headwater.tracking.session import current_session


class FoundFiles(NamedTuple):
    """Where a `models:/` URI leads: the store that holds the files, their root, and the path that is named below it.

    `version` is None for a logged model; `pinned` are the files that the version was registered with.
    """

    store: Store
    root: str
    path: str
    version: ModelVersion | None = None
    pinned: Sequence[ArtifactFile] = ()

    def below(self, name: str) -> "FoundFiles":
        """Return what is at a path below this; an empty one is all of it."""
        return self._replace(path=f"{self.path}/{name}".strip("/")) if name else self

    def check_source(self) -> None:
        """Raise `ResourceConflict` if files in the store's own tree or on this machine are not those registered.

        What is in the tree is verified by its digests when it is downloaded.
        """
        folder = local_folder(self.root)
        if folder is not None:
            self._check(lambda: hash_local(folder / self.path))
        elif is_proxied(self.root):
            self._check(lambda: describe_files(self.store, append_path(self.root, self.path)))

    def check_download(self, place: Path, *, is_new: bool) -> None:
        """Raise `ResourceConflict` if files that were downloaded from another place are not those registered.

        A folder that is not new may hold files of other origin, which do not count.
        """
        if not is_proxied(self.root):
            names = {file.path for file in pins_below(self.pinned, self.path)}
            self._check(lambda: [file for file in hash_local(place) if is_new or file.path in names])

    def _check(self, describe: Callable[[], list[ArtifactFile]]) -> None:
        pinned = pins_below(self.pinned, self.path)
        if self.version is not None and pinned:  # else nothing is read
            check_unchanged(self.version, pinned, describe())


def download_model(client: Client, uri: str, dst_path: str | Path | None) -> str:
    """Download the files of a version, or one of them, and return where they are.

    They are put into `dst_path` itself, or a temporary folder; nothing is copied of a local folder without one. Raises
    `ResourceConflict` if they are not the files that were registered.
    """
    found = find_files(client, uri)
    folder = local_folder(found.root)
    if folder is not None and dst_path is None:
        found.check_source()
        return str(folder / found.path)
    if is_proxied(found.root):
        found.check_source()
    target = Path(dst_path) if dst_path else temporary_folder()
    place = download_tree(found.store, found.root, found.path, target)
    found.check_download(place, is_new=dst_path is None)
    return str(place)


def list_model(client: Client, uri: str) -> list[FileInfo]:
    """Return one folder of the files of a version; paths are relative to the version's root."""
    found = find_files(client, uri)
    return list_files(found.store, found.root, found.path)


def find_files(client: Client, uri: str) -> FoundFiles:
    """Return where the files of a `models:/` URI are; they are not checked yet."""
    session = current_session()
    for place in {client.tracking_uri, client.registry_uri}:
        session.settle(place)
    tracking, registry = session.store(client.tracking_uri), session.store(client.registry_uri)
    named = parse_model_uri(uri)
    if named.model_id:
        return FoundFiles(tracking, _locate_logged(tracking, named.model_id), named.path)
    version = resolve_version(registry, named)
    root = registry.model_versions.get_download_uri(GetDownloadUri(version.name, version.version)).artifact_uri
    pinned = find_provenance(registry, version).files
    if is_model_uri(root):  # the registry is not where this logged model is
        logged = parse_model_uri(root)
        root = append_path(_locate_logged(tracking, logged.model_id), logged.path)
        return FoundFiles(tracking, root, named.path, version, pinned)
    if tracking is not registry and not _holds(tracking, root):
        return FoundFiles(registry, _absolute(registry, root), named.path, version, pinned)
    return FoundFiles(tracking, _absolute(tracking, root), named.path, version, pinned)


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
