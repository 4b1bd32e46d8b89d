"""From the URI of a model to its folder on this machine, downloaded at most once."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from headwater import config
from headwater.models.manifest import MANIFEST_FILE, Manifest
from headwater.models.model_file import MODEL_FILE
from headwater.protocol.artifacts import GetTree
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.model_sources import append_path, source_scheme, split_run_source
from headwater.stores import open_location
from headwater.stores.interface import Location, Store
from headwater.stores.transfer import for_each
from headwater.tracking.artifact_files import (
    download_tree,
    is_proxied,
    list_files,
    local_folder,
    temporary_folder,
    tree_root,
)
from headwater.tracking.client import Client
from headwater.tracking.model_files import FoundFiles, find_files
from headwater.tracking.registering import find_logged_model
from headwater.tracking.session import current_session

_META_FILE = "registered_model_meta"
_LOOKED_THROUGH = "looked-through"
_BETWEEN_S = 60


class ModelPlace(NamedTuple):
    """Where a model's files are: a store, an artifact location and a path in it; `found` is of a `models:/` URI."""

    store: Store
    root: str
    path: str
    found: FoundFiles | None = None

    @property
    def uri(self) -> str:
        return append_path(self.root, self.path) if self.path else self.root


class _Cached(NamedTuple):
    """A model in the cache, and when it was used last."""

    used_s: float
    size_bytes: int
    path: Path


def fetch_model(uri: str, dst_path: str | Path | None = None) -> Path:
    """Return the folder of the model that a URI names, on this machine.

    Args:
        uri: a path, `runs:/<run_id>/<path or name>`, `models:/<name>/<version, stage or latest>`,
            `models:/<name>@<alias>`, `models:/m-<id>`, `mlflow-artifacts:/…`, `s3://…`, `gs://…`, `az://…` or
            `http(s)://…`.
        dst_path: copy it there; default: the user's cache, or where it is if that is a folder of this machine. What is
            in the cache is shared with other processes and must not be changed.

    Raises `ResourceDoesNotExist` if there is none, `ResourceConflict` if the files of a version are not those that
    were registered.
    """
    place = locate_model(uri)
    if isinstance(place, Path):
        if dst_path is None:
            return place
        return Path(shutil.copytree(place, Path(dst_path), dirs_exist_ok=True))
    if dst_path is None:
        return _fetch_cached(place)
    folder = _download(place, Path(dst_path), is_new=False)
    if is_model_uri(uri):
        _write_meta(folder, uri)
    return folder


def fetch_file(uri: str, name: str) -> Path:
    """Return one file of the folder that a URI names, without the others; the URI may name the file itself.

    It may not exist, if the folder is one of this machine.
    """
    place = locate_model(uri.removesuffix(f"/{name}"), name)
    if isinstance(place, Path):
        return place / name if place.is_dir() else place
    path = f"{place.path}/{name}" if place.path else name
    try:
        return _download(place._replace(path=path, found=place.found and place.found.below(name)), temporary_folder())
    except ResourceDoesNotExist:
        raise ResourceDoesNotExist(
            f'Could not find an "{name}" configuration file at "{uri}". Give the URI of a model\'s folder.'
        ) from None


def add_to_cache(folder: Path) -> None:
    """Put a copy of a model that was just saved into the cache, so that loading it downloads nothing."""
    key = _key(_digests_in((folder / MANIFEST_FILE).read_bytes()))
    with _locked(key) as target:
        if not target.exists():
            part = target.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            shutil.copytree(folder, part)
            part.rename(target)
            evict(target)


def models_folder() -> Path:
    """Return the folder of the user's cache of models."""
    folder = config.home() / "models"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def evict(used: Path) -> None:
    """Remove the models that were not used for longest, until the cache has its size again; never `used`.

    It is looked through once a minute, since that takes the longer the more models it has.
    """
    marker = used.parent / _LOOKED_THROUGH
    try:
        if time.time() - marker.stat().st_mtime < _BETWEEN_S:
            return
    except FileNotFoundError:
        pass
    marker.touch()
    models = sorted(_measure(path) for path in used.parent.iterdir() if path.is_dir())
    excess = sum(model.size_bytes for model in models) - int(config.MODEL_CACHE_BYTES.get())
    for model in models:
        if excess <= 0:
            return
        if model.path != used:
            shutil.rmtree(model.path, ignore_errors=True)
            excess -= model.size_bytes


def _measure(folder: Path) -> _Cached:
    """Return what is known of a folder of the cache, from which other processes remove files meanwhile."""
    try:
        size_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        return _Cached(folder.stat().st_mtime, size_bytes, folder)
    except FileNotFoundError:
        return _Cached(time.time(), 0, folder)


def locate_model(uri: str, name: str = "") -> ModelPlace | Path:
    """Return where the files of a URI are; those of a version are checked, all of them or the one of this name."""
    _check_uri(uri)
    folder = local_folder(uri)
    if folder is not None:
        return folder
    client = Client()
    if is_model_uri(uri):
        found = find_files(client, uri)
        found.below(name).check_source()
        return _as_place(found.store, found.root, found.path, found)
    run_id, path = split_run_source(uri)
    session = current_session()
    session.settle(client.tracking_uri)
    store = session.store(client.tracking_uri)
    if not run_id:
        return ModelPlace(store, uri.rstrip("/"), "")
    root = client.get_run(run_id).info.artifact_uri
    if any(file.path == f"{path}/{MODEL_FILE}".lstrip("/") for file in list_files(store, root, path)):
        return _as_place(store, root, path)
    name, _, inner = path.partition("/")
    return _as_place(store, find_logged_model(client, run_id, name).artifact_location, inner)


def _as_place(store: Store, root: str, path: str, found: FoundFiles | None = None) -> ModelPlace | Path:
    folder = local_folder(root)
    return ModelPlace(store, root, path, found) if folder is None else folder / path


def _fetch_cached(place: ModelPlace) -> Path:
    digests = _find_digests(place)
    if not digests:
        return _download(place, temporary_folder())
    key = _key(digests)
    with _locked(key) as target:
        if not target.exists():
            part = target.with_suffix(".part")
            part.mkdir(exist_ok=True)
            found = _download(place, part)
            found.rename(target)
            shutil.rmtree(part, ignore_errors=True)
            evict(target)
        os.utime(target)
    return target


def _find_digests(place: ModelPlace) -> dict[str, str]:
    """Return what tells each file from any other before any is downloaded; nothing where nobody knows.

    That is its digest, or where a model without a manifest is kept elsewhere, the place's own ETag and its size.
    """
    if is_proxied(place.uri):
        files = place.store.artifacts.get_tree(GetTree(tree_root(place.uri))).files
        if not files:
            raise ResourceDoesNotExist(f"No model at '{place.uri}'. List the run's artifacts to see what there is.")
        return {file.path: file.digest for file in files}
    location = open_location(place.uri)
    try:
        return _digests_in(b"".join(location.read(MANIFEST_FILE)))
    except ResourceDoesNotExist:
        return _find_etags(location)


def _find_etags(location: Location) -> dict[str, str]:
    paths = [file.path for file in location.walk("")]
    found = for_each(paths, location.find)
    if not all(file.etag for file in found):
        return {}
    named = zip(paths, found, strict=True)
    return {f"{location.uri}/{path}": f"{file.etag}-{file.size}" for path, file in named}


def _download(place: ModelPlace, target: Path, *, is_new: bool = True) -> Path:
    folder = download_tree(place.store, place.root, place.path, target)
    if place.found is not None:
        place.found.check_download(folder, is_new=is_new)
    return folder


def _digests_in(manifest: bytes) -> dict[str, str]:
    """Return the digest of each file of a model, its manifest included."""
    files = msgspec.json.decode(manifest, type=Manifest).files
    digests = {path: file.sha256 for path, file in files.items()}
    return {**digests, MANIFEST_FILE: hashlib.sha256(manifest).hexdigest()}


def _check_uri(uri: str) -> None:
    is_run = source_scheme(uri) == "runs"
    if not uri.strip() or (is_run and (not uri.startswith("runs:/") or not split_run_source(uri)[0])):
        wanted = (
            "runs:/<run_id>/<name or path of the model>" if is_run else "a folder, runs:/…, models:/…, s3://… and so on"
        )
        raise InvalidParameterValue(f"Invalid model URI '{uri}'. Give {wanted}.")


def _key(digests: dict[str, str]) -> str:
    lines = "".join(f"{path}\0{digest}\n" for path, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


@contextmanager
def _locked(key: str) -> Iterator[Path]:
    """Yield where the model with this key is or will be; other processes that want it wait."""
    folder = models_folder()
    descriptor = os.open(folder / f"{key}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder / key
    finally:
        os.close(descriptor)


def _write_meta(folder: Path, uri: str) -> None:
    """Say, as MLflow does, which registered version a downloaded copy is of."""
    parsed = parse_model_uri(uri)
    name, version = f"model_name: {parsed.name or 'null'}\n", f"model_version: '{parsed.version}'\n"
    (folder / _META_FILE).write_text(name + (version if parsed.version else "model_version: null\n"), encoding="utf-8")
