"""Moving artifact files between this machine and where a run keeps them."""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from headwater.protocol.artifacts import (
    ArtifactFile,
    CommitArtifacts,
    FileInfo,
    FindMissing,
    GetTree,
    ListTree,
    check_path,
)
from headwater.protocol.errors import DataLoss, InvalidParameterValue, NotSupported, ResourceDoesNotExist
from headwater.protocol.runs import GetRun
from headwater.stores import open_location
from headwater.stores.transfer import OnBytes, counted, for_each, read_chunks, unnoticed, write_all
from headwater.tracking.exits import remove_at_exit
from headwater.tracking.progress import progress

if TYPE_CHECKING:
    from headwater.stores.interface import Location, Store

_WORTH_A_LOOK_BYTES = 8 * 1024 * 1024  # what is shorter is brought again sooner than looked at


def upload_files(store: "Store", run_id: str, files: list[tuple[str, Path]], *, on_bytes: OnBytes = unnoticed) -> None:
    """Keep files of the spool as artifacts of a run; see `upload_tree`."""
    artifact_uri = store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri
    upload_tree(store, artifact_uri, files, on_bytes=on_bytes, are_ours=True)


def upload_tree(
    store: "Store",
    artifact_uri: str,
    files: list[tuple[str, Path]],
    *,
    on_bytes: OnBytes = unnoticed,
    are_ours: bool = False,
) -> None:
    """Keep local files at an artifact location: send what the store lacks, then name all of them at once.

    `on_bytes` is told of progress, from several threads; `are_ours` says that nobody else will change the files.
    """
    if not is_proxied(artifact_uri):
        location = open_location(artifact_uri)
        for_each(files, lambda file: location.write(file[0], counted(read_chunks(file[1]), on_bytes)))
        return
    root = tree_root(artifact_uri)
    described = [ArtifactFile(path, _digest(source, on_bytes), source.stat().st_size) for path, source in files]
    sources = {file.digest: source for file, (_, source) in zip(described, files, strict=True)}
    missing = store.artifacts.find_missing(FindMissing(sorted(sources))).digests
    lacking = {file.digest: file.size for file in described if file.digest in set(missing)}
    on_bytes(sum(file.size for file in described) - sum(lacking.values()))

    def send(digest: str) -> None:
        if are_ours and store.blobs.adopt(sources[digest], digest):
            on_bytes(lacking[digest])
        else:
            store.blobs.write_file(sources[digest], digest, on_bytes=on_bytes)

    for_each(missing, send)
    store.artifacts.commit(CommitArtifacts(root, described))


def send_files(store: "Store", run_id: str, files: list[tuple[str, Path]]) -> None:
    """Keep files as artifacts of a run from where they are, while the caller waits and may see a bar.

    What an earlier call sent of a large file before it broke off is not sent again, where the store remembers it.
    """
    artifact_uri = store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri
    with progress("Uploading", sum(source.stat().st_size for _, source in files)) as on_bytes:
        upload_tree(store, artifact_uri, files, on_bytes=on_bytes)


def upload_bytes(store: "Store", artifact_uri: str, path: str, data: bytes) -> None:
    """Keep bytes as a file at an artifact location."""
    folder = temporary_folder()
    try:
        source = folder / "file"
        source.write_bytes(data)
        upload_tree(store, artifact_uri, [(path, source)])
    finally:
        shutil.rmtree(folder)


def list_files(store: "Store", artifact_uri: str, path: str = "") -> list[FileInfo]:
    """Return one folder of an artifact location, sorted by path; a missing folder is empty."""
    if not is_proxied(artifact_uri):
        return open_location(artifact_uri).list_folder(path)
    root = tree_root(artifact_uri)
    found = store.artifacts.list_tree(ListTree(f"{root}/{check_path(path)}" if path else root)).files
    prefix = f"{path}/" if path else ""
    return [FileInfo(prefix + file.path, file.is_dir, file.file_size) for file in found]


def download_tree(store: "Store", artifact_uri: str, path: str, target: Path) -> Path:
    """Copy a file or folder of an artifact location into the folder `target`.

    What is in the store's own tree is verified. A download that broke off is continued by the next one to the same
    place: whole files that are there already stay, and half a file is completed.
    """
    is_ours = is_proxied(artifact_uri)
    fetch = _tree_fetcher(store, artifact_uri, path) if is_ours else _location_fetcher(artifact_uri, path)
    if not fetch.files and path:
        raise ResourceDoesNotExist(f"No artifact '{path}' in '{artifact_uri}'. List the run's artifacts to see names.")
    if target.exists() and not target.is_dir():
        raise InvalidParameterValue(f"Invalid dst_path '{target}': it is a file. Name a folder.")
    base = target / path
    (base.parent if fetch.files else base).mkdir(parents=True, exist_ok=True)
    with progress("Downloading", sum(file.size for file in fetch.files)) as on_bytes:

        def download(file: ArtifactFile) -> None:
            place = base / check_path(file.path) if file.path else base
            place.parent.mkdir(parents=True, exist_ok=True)
            fetch.one(file, place, on_bytes)

        for_each(fetch.files, download)
    return base


class _Fetch(NamedTuple):
    """Files to download, with paths relative to what was asked for, and what brings one of them to a place."""

    files: list[ArtifactFile]
    one: Callable[[ArtifactFile, Path, OnBytes], object]


def _tree_fetcher(store: "Store", artifact_uri: str, path: str) -> _Fetch:
    root = tree_root(artifact_uri)
    files = store.artifacts.get_tree(GetTree(f"{root}/{check_path(path)}" if path else root)).files

    def fetch(file: ArtifactFile, place: Path, on_bytes: OnBytes) -> None:
        if _is_there(file, place):
            on_bytes(file.size)
            return
        part = place.with_name(f"{place.name}.part")
        store.blobs.read_file(file, part, on_bytes=on_bytes)
        part.replace(place)

    return _Fetch(files, fetch)


def _is_there(file: ArtifactFile, place: Path) -> bool:
    """Return whether an earlier download brought a file that is long enough to be worth the look."""
    if file.size < _WORTH_A_LOOK_BYTES or not place.is_file() or place.stat().st_size != file.size:
        return False
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.digest


def _location_fetcher(artifact_uri: str, path: str) -> _Fetch:
    location = open_location(artifact_uri)
    try:
        files = [ArtifactFile("", "", location.find(path).size)] if path else []
    except ResourceDoesNotExist:
        files = []
    if not files:
        start = len(path) + 1 if path else 0
        files = [ArtifactFile(file.path[start:], "", file.file_size or 0) for file in location.walk(path)]

    def fetch(file: ArtifactFile, place: Path, on_bytes: OnBytes) -> None:
        _fetch_plain(location, "/".join(filter(None, (path, file.path))), file.size, place, on_bytes)

    return _Fetch(files, fetch)


def _fetch_plain(location: "Location", path: str, size: int, place: Path, on_bytes: OnBytes) -> None:
    """Bring a file of which no digest is known; a long one is continued if its ETag is the same as when it began."""
    etag = location.find(path).etag if size >= _WORTH_A_LOOK_BYTES else ""
    version = f".{hashlib.sha256(etag.encode()).hexdigest()[:16]}" if etag else ""
    part = place.with_name(f"{place.name}{version}.part")
    start = part.stat().st_size if etag and part.exists() else 0
    if not 0 < start < size:
        start = 0
    on_bytes(start)
    with part.open("ab" if start else "wb", buffering=0) as stream:
        for chunk in counted(location.read(path, start), on_bytes):
            write_all(stream.fileno(), chunk)
    if start and (part.stat().st_size != size or location.find(path).etag != etag):
        part.unlink()
        raise DataLoss(f"The file '{path}' of '{location.uri}' changed while it was read. Download it again.")
    part.replace(place)
    for old in place.parent.glob(f"{escape(place.name)}.{'[0-9a-f]' * 16}.part"):
        old.unlink(missing_ok=True)  # what had arrived of other versions


def temporary_folder() -> Path:
    """Return a new folder for downloads, readable by its owner only, which goes with this process."""
    folder = Path(tempfile.mkdtemp(prefix="headwater-"))
    remove_at_exit(folder)
    return folder


def is_proxied(artifact_uri: str) -> bool:
    """Return whether artifacts are in a store's own tree rather than at a location of their own."""
    return urlsplit(artifact_uri).scheme == "mlflow-artifacts"


def local_folder(uri: str) -> Path | None:
    """Return the folder that a plain path or `file:` URI names, None for any other scheme."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(uri) if not parts.scheme else None


def tree_root(artifact_uri: str) -> str:
    """Return the path in the store's artifact tree that an `mlflow-artifacts:` URI names.

    Raises `NotSupported` if it names another server, which whoever made the experiment chose: this client's credentials
    are not for it.
    """
    parts = urlsplit(artifact_uri)
    if parts.netloc:
        raise NotSupported(
            f"The artifacts at '{artifact_uri}' are kept by the server '{parts.netloc}', which only MLflow's clients "
            "reach from here. Let the experiment keep them in a bucket, a folder, or with the server of its runs."
        )
    return check_path(unquote(parts.path).strip("/"))


def collect_files(local: Path, artifact_path: str = "") -> list[tuple[str, Path]]:
    """Return path and source of each file at or below `local`, to be kept below `artifact_path`."""
    prefix = f"{check_path(artifact_path.rstrip('/'))}/" if artifact_path.strip("/") else ""
    if local.is_file():
        return [(check_path(prefix + local.name), local)]
    if not local.is_dir():
        raise InvalidParameterValue(f"No such file or directory: '{local}'. Give the path of an existing file.")
    found = sorted(file for file in local.rglob("*") if file.is_file())
    return [(check_path(prefix + file.relative_to(local).as_posix()), file) for file in found]


def _digest(path: Path, on_bytes: OnBytes) -> str:
    """Return a file's SHA-256, which a large one in the spool has in its name."""
    if re.fullmatch(r"\.[0-9a-f]{64}", path.suffix):
        return path.suffix[1:]
    checksum = hashlib.sha256()
    for chunk in read_chunks(path):
        checksum.update(chunk)
        on_bytes(0)
    return checksum.hexdigest()
