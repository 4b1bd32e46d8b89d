"""Moving artifact files between this machine and where a run keeps them."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from headwater.protocol.artifacts import (
    ArtifactFile,
    CommitArtifacts,
    FileInfo,
    FindMissing,
    GetTree,
    ListArtifacts,
    check_path,
)
from headwater.protocol.errors import DataLoss, InvalidParameterValue, NotSupported, ResourceDoesNotExist
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

CHUNK_BYTES = 1024 * 1024
WORKERS = 4


def upload_files(store: Store, run_id: str, files: list[tuple[str, Path]]) -> None:
    """Keep local files as artifacts of a run: send what the store lacks, then name all of them at once."""
    upload_tree(store, store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri, files)


def upload_tree(store: Store, artifact_uri: str, files: list[tuple[str, Path]]) -> None:
    """Keep local files at an artifact location: send what the store lacks, then name all of them at once."""
    folder = local_folder(artifact_uri)
    if folder is not None:
        for path, source in files:
            target = folder / check_path(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        return
    root = tree_root(artifact_uri)
    described = [ArtifactFile(path, _digest(source), source.stat().st_size) for path, source in files]
    sources = {file.digest: source for file, (_, source) in zip(described, files, strict=True)}
    missing = store.artifacts.find_missing(FindMissing(sorted(sources))).digests
    _for_each(missing, lambda digest: store.blobs.write(_chunks(sources[digest]), digest))
    store.artifacts.commit(CommitArtifacts(root, described))


def upload_bytes(store: Store, artifact_uri: str, path: str, data: bytes) -> None:
    """Keep bytes as a file at an artifact location."""
    folder = temporary_folder()
    try:
        source = folder / "file"
        source.write_bytes(data)
        upload_tree(store, artifact_uri, [(path, source)])
    finally:
        shutil.rmtree(folder)


def list_files(store: Store, run_id: str, path: str = "") -> list[FileInfo]:
    """Return one folder of a run's artifacts, sorted by path."""
    artifact_uri = store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri
    folder = local_folder(artifact_uri)
    return _list_stored(store, run_id, path) if folder is None else list_local(folder, path)


def list_local(folder: Path, path: str) -> list[FileInfo]:
    """Return one folder below a local artifact folder, sorted by path; a missing folder is empty."""
    base = folder / check_path(path) if path else folder
    if not base.is_dir():
        return []
    entries = sorted(base.iterdir())
    return [
        FileInfo(entry.relative_to(folder).as_posix(), entry.is_dir(), None if entry.is_dir() else entry.stat().st_size)
        for entry in entries
    ]


def download_tree(store: Store, artifact_uri: str, path: str, target: Path) -> Path:
    """Copy a file or folder of an artifact location into the folder `target`; every file is verified."""
    folder = local_folder(artifact_uri)
    if folder is not None:
        return _copy_local(folder / check_path(path) if path else folder, target / path)
    root = tree_root(artifact_uri)
    files = store.artifacts.get_tree(GetTree(f"{root}/{check_path(path)}" if path else root)).files
    if not files and path:
        raise ResourceDoesNotExist(f"No artifact '{path}' in '{artifact_uri}'. List the run's artifacts to see names.")
    base = target / path
    (base.parent if files else base).mkdir(parents=True, exist_ok=True)
    _for_each(files, lambda file: _download(store, file, base / check_path(file.path) if file.path else base))
    return base


def temporary_folder() -> Path:
    """Return a new folder for downloads, readable by its owner only."""
    return Path(tempfile.mkdtemp(prefix="headwater-"))


def local_folder(uri: str) -> Path | None:
    """Return the folder that a plain path or `file:` URI names, None for any other scheme."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(uri) if not parts.scheme else None


def tree_root(artifact_uri: str) -> str:
    """Return the path in the store's artifact tree that an `mlflow-artifacts:` URI names."""
    parts = urlsplit(artifact_uri)
    if parts.scheme != "mlflow-artifacts":
        raise NotSupported(
            f"Artifacts at '{artifact_uri}' cannot be reached. Use an experiment whose artifact location is a folder "
            "or the server's own."
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


def _list_stored(store: Store, run_id: str, path: str) -> list[FileInfo]:
    files: list[FileInfo] = []
    token = ""
    while True:
        page = store.artifacts.list(ListArtifacts(run_id=run_id, path=path, page_token=token))
        files += page.files
        token = page.next_page_token
        if not token:
            return files


def _copy_local(source: Path, target: Path) -> Path:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    else:
        raise ResourceDoesNotExist(f"No artifact at '{source}'. List the run's artifacts to see names.")
    return target


def _download(store: Store, file: ArtifactFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    digest = hashlib.sha256()
    with part.open("wb") as stream:
        for chunk in store.blobs.read(file.digest):
            digest.update(chunk)
            stream.write(chunk)
    if digest.hexdigest() != file.digest:
        part.unlink()
        raise DataLoss(f"Artifact '{file.path}' arrived altered. Download it again; if it persists, check the store.")
    part.replace(target)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _for_each(items: Sequence[T], work: Callable[[T], object]) -> None:
    """Do the work for all items, several at a time; raise what the first failing one raised."""
    futures: list[Future[object]] = []
    if len(items) > 1:
        try:
            from concurrent.futures import ThreadPoolExecutor  # cannot be imported any more while the program ends

            with ThreadPoolExecutor(WORKERS) as pool:
                futures += [pool.submit(work, item) for item in items]
        except RuntimeError:  # the interpreter is ending and starts no threads any more
            futures = []
        for future in futures:
            future.result()
    for item in items[len(futures) :]:
        work(item)
