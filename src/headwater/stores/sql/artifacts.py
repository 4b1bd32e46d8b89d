"""The trees of artifact files, in the database; their bytes are in the blobs."""

import re
from dataclasses import dataclass

from headwater.protocol.artifacts import (
    ArtifactFile,
    CommitArtifacts,
    DeleteTree,
    FileInfo,
    FindMissing,
    FindMissingResponse,
    GetTree,
    ListArtifacts,
    ListArtifactsResponse,
    ListTree,
    ListTreeResponse,
    PreviewTable,
    PreviewTableResponse,
    TreeResponse,
)
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.stores.interface import Blobs
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.database import Database
from headwater.stores.sql.live_logs import LiveLogs
from headwater.stores.sql.preview import preview_table
from headwater.stores.sql.rows import find_run, load_info

_RUN_PATH = re.compile(r"([0-9]{1,18})/([^/]+)/artifacts(?:/(.+))?", re.ASCII)
_PROXIED = re.compile(r"mlflow-artifacts:/+(?P<path>[^/?][^?]*)")
_UPSERT = (
    "INSERT INTO artifact (owner, path, digest, size, created) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (owner, path) DO UPDATE SET digest = excluded.digest, size = excluded.size, created = excluded.created"
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a path's rows are: the run that owns them, and the path below its root; `run_id` 0 for no run."""

    run_id: int
    owner: str
    path: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of the tree; `relative` is its path below the folder that was asked for."""

    owner: str
    path: str
    relative: str
    digest: str
    size: int


class SqlArtifacts:
    """The artifact trees of runs, and of paths that belong to no run. Thread-safe."""

    def __init__(self, database: Database, blobs: Blobs, live_logs: LiveLogs) -> None:
        self._database = database
        self._blobs = blobs
        self._live_logs = live_logs

    def list(self, request: ListArtifacts) -> ListArtifactsResponse:
        """Return one folder of a run; a run whose artifacts are not kept here has no files."""
        request.check()
        with self._database.read() as connection:
            uri, root = _run_root(connection, request.run)
            entries = read_below(connection, join_paths(root, request.path)) if root else []
        return ListArtifactsResponse(uri, list_folder(entries, request.path))

    def list_tree(self, request: ListTree) -> ListTreeResponse:
        """Return one folder of the whole store, as base names."""
        request.check()
        with self._database.read() as connection:
            return ListTreeResponse(list_folder(read_below(connection, request.path), ""))

    def find_missing(self, request: FindMissing) -> FindMissingResponse:
        """Return which of the digests are not held yet, each once."""
        request.check()
        return FindMissingResponse([digest for digest in dict.fromkeys(request.digests) if self._size(digest) is None])

    def commit(self, request: CommitArtifacts) -> Empty:
        """Name files whose bytes are held; of a path given twice the last counts."""
        request.check()
        files = {join_paths(request.root, file.path): self._check_held(file) for file in request.files}
        self._database.write(lambda connection: _commit(connection, files))
        self._live_logs.forget_finished(files)
        return Empty()

    def get_tree(self, request: GetTree) -> TreeResponse:
        """Return every file at or below a path."""
        request.check()
        with self._database.read() as connection:
            entries = _read_at(connection, request.root) or read_below(connection, request.root)
        return TreeResponse([ArtifactFile(entry.relative, entry.digest, entry.size) for entry in entries])

    def delete_tree(self, request: DeleteTree) -> Empty:
        """Remove what is at or below a path; the bytes stay until they are collected."""
        request.check()

        def work(connection: Connection) -> None:
            entries = _read_at(connection, request.path) + read_below(connection, request.path)
            connection.many(
                "DELETE FROM artifact WHERE owner = ? AND path = ?", [(entry.owner, entry.path) for entry in entries]
            )
            _touch_owners(connection, {entry.owner for entry in entries})

        self._database.write(work)
        return Empty()

    def preview_table(self, request: PreviewTable) -> PreviewTableResponse:
        """Return rows of a CSV, TSV or JSON-lines artifact of a run."""
        request.check()
        with self._database.read() as connection:
            root = _run_root(connection, request.run_id)[1]
            entries = _read_at(connection, join_paths(root, request.path)) if root else []
        if not entries:
            raise ResourceDoesNotExist(f"No such artifact: '{request.path}'")
        return preview_table(self._blobs, entries[0].digest, request)

    def _size(self, digest: str) -> int | None:
        try:
            return self._blobs.size(digest)
        except ResourceDoesNotExist:
            return None

    def _check_held(self, file: ArtifactFile) -> ArtifactFile:
        size = self._size(file.digest)
        if size is None:
            raise InvalidParameterValue(
                f"The bytes of '{file.path}' (SHA-256 '{file.digest}') are not held. Upload them first."
            )
        if size != file.size:
            raise InvalidParameterValue(f"Invalid size '{file.size}' of '{file.path}': it has {size} bytes.")
        return file


def _run_root(connection: Connection, run_id: str) -> tuple[str, str]:
    """Return a run's artifact URI and its path in the store, empty if its artifacts are elsewhere."""
    uri = load_info(connection, find_run(connection, run_id, active=False).id).artifact_uri
    return uri, find_root(uri)


def find_root(uri: str) -> str:
    """Return the path in the store that an artifact URI names, empty if its artifacts are elsewhere."""
    inside = None if uri.startswith("mlflow-artifacts://") else _PROXIED.fullmatch(uri.partition("?")[0])
    return inside["path"] if inside else ""


def _locate(connection: Connection, path: str) -> _Place:
    parts = _RUN_PATH.fullmatch(path)
    if parts:
        row = connection.one("SELECT id FROM run WHERE uuid = ? AND exp_id = ?", (parts[2], int(parts[1])))
        if row is not None:
            return _Place(row[0], parts[2], parts[3] or "")
    return _Place(0, "", path)


def _read_at(connection: Connection, path: str) -> list[_Entry]:
    """Return the file at a path, if there is one, with an empty relative path."""
    place = _locate(connection, path)
    rows = connection.all("SELECT digest, size FROM artifact WHERE owner = ? AND path = ?", (place.owner, place.path))
    return [_Entry(place.owner, place.path, "", digest, size) for digest, size in rows]


def read_below(connection: Connection, folder: str) -> list[_Entry]:
    """Return every file below a folder, by path."""
    place = _locate(connection, folder)
    entries = _read_owned(connection, place)
    if not place.owner:
        entries += _read_runs_below(connection, folder)
    return sorted(entries, key=lambda entry: entry.relative)


def _read_owned(connection: Connection, place: _Place) -> list[_Entry]:
    query = "SELECT path, digest, size FROM artifact WHERE owner = ?"
    if not place.path:
        return [_Entry(place.owner, path, path, *rest) for path, *rest in connection.all(query, (place.owner,))]
    # '0' follows '/', so these are exactly the paths that begin with the folder and a slash.
    below = (place.owner, f"{place.path}/", f"{place.path}0")
    start = len(place.path) + 1
    rows = connection.all(f"{query} AND path >= ? AND path < ?", below)
    return [_Entry(place.owner, path, path[start:], *rest) for path, *rest in rows]


def _read_runs_below(connection: Connection, folder: str) -> list[_Entry]:
    """Return the files of all runs below the top, an experiment's folder or a run's folder."""
    parts = folder.split("/") if folder else []
    if len(parts) > 2 or (parts and not re.fullmatch(r"[0-9]{1,18}", parts[0], re.ASCII)):
        return []
    query = (
        "SELECT run.exp_id, artifact.owner, artifact.path, artifact.digest, artifact.size "
        "FROM artifact JOIN run ON run.uuid = artifact.owner"
    )
    conditions = ("run.exp_id = ?", "run.uuid = ?")[: len(parts)]
    where = " WHERE " + " AND ".join(conditions) if parts else ""
    rows = connection.all(query + where, ([int(parts[0]), *parts[1:]]) if parts else ())
    start = len(folder) + 1 if folder else 0
    return [
        _Entry(owner, path, f"{exp_id}/{owner}/artifacts/{path}"[start:], digest, size)
        for exp_id, owner, path, digest, size in rows
    ]


def list_folder(entries: list[_Entry], prefix: str) -> list[FileInfo]:
    """Return the files and folders that `entries` begin with, their paths below `prefix`, sorted."""
    found: dict[str, FileInfo] = {}
    for entry in entries:
        name, slash, _ = entry.relative.partition("/")
        path = join_paths(prefix, name)
        found[path] = FileInfo(path, is_dir=True) if slash else FileInfo(path, False, entry.size or None)
    return [found[path] for path in sorted(found)]


def _commit(connection: Connection, files: dict[str, ArtifactFile]) -> None:
    places = {path: _locate(connection, path) for path in files}
    for path, place in places.items():
        _check_no_clash(connection, path, place, files)
    now = now_ms()
    connection.many(
        _UPSERT,
        [(places[path].owner, places[path].path, file.digest, file.size, now) for path, file in files.items()],
    )
    for place in places.values():
        if place.run_id:
            connection.touch(place.run_id)


def _check_no_clash(connection: Connection, path: str, place: _Place, files: dict[str, ArtifactFile]) -> None:
    """Raise `InvalidParameterValue` if the path is a folder, or goes through a file."""
    if not place.path:
        raise InvalidParameterValue(f"Invalid path '{path}': it is the run's own folder. Name a file below it.")
    folders = [path[:index] for index, character in enumerate(path) if character == "/"]
    inside = [place.path[:index] for index, character in enumerate(place.path) if character == "/"]
    clash = next((folder for folder in folders if folder in files), None)
    if clash is None and inside:
        row = connection.one(
            f"SELECT path FROM artifact WHERE owner = ? AND path IN ({marks(inside)})",  # noqa: S608 - marks
            (place.owner, *inside),
        )
        clash = row[0] if row else None
    if clash is not None:
        raise InvalidParameterValue(f"Invalid path '{path}': '{clash}' is a file, not a folder.")
    below = connection.one(
        "SELECT 1 FROM artifact WHERE owner = ? AND path >= ? AND path < ? LIMIT 1",
        (place.owner, f"{place.path}/", f"{place.path}0"),
    )
    if below is not None:
        raise InvalidParameterValue(f"Invalid path '{path}': it is a folder, not a file.")


def _touch_owners(connection: Connection, owners: set[str]) -> None:
    for chunk in chunks(sorted(owners - {""})):
        for row in connection.all(f"SELECT id FROM run WHERE uuid IN ({marks(chunk)})", chunk):  # noqa: S608 - marks
            connection.touch(row[0])


def join_paths(folder: str, name: str) -> str:
    """Return the path of a name in a folder; either may be empty."""
    return f"{folder}/{name}" if folder and name else folder or name
