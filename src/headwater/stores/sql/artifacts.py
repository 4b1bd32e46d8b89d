"""The trees of artifact files, in the database; their bytes are in the blobs."""

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from headwater.config import SIGNED_URL_S
from headwater.loading import loading
from headwater.protocol.artifacts import (
    MAX_PARTS,
    ArtifactFile,
    CommitArtifacts,
    DeleteTree,
    FileInfo,
    FindMissing,
    FindMissingResponse,
    FinishUpload,
    GetTree,
    ListArtifacts,
    ListArtifactsResponse,
    ListTree,
    ListTreeResponse,
    PresignDownload,
    PresignDownloadResponse,
    PresignUpload,
    PresignUploadResponse,
    SignDownload,
    SignedUrl,
    StartUpload,
    StartUploadResponse,
    TreeResponse,
)
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import DataLoss, InvalidParameterValue, NotSupported, ResourceDoesNotExist
from headwater.protocol.previews import (
    PreviewArray,
    PreviewArrayResponse,
    PreviewTable,
    PreviewTableResponse,
    SummarizeTable,
    SummarizeTableResponse,
)
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Dialect, chunks, marks
from headwater.stores.sql.database import Database
from headwater.stores.sql.live_logs import LiveLogs
from headwater.stores.sql.logged_model_rows import find_model, load_model_uri
from headwater.stores.sql.preview_file import StoredFile
from headwater.stores.sql.rows import find_run, load_info

if TYPE_CHECKING:
    from headwater.stores.interface import Direct, HeldBlobs, Location, Locations

_RUN_PATH = re.compile(r"([0-9]{1,18})/([^/]+)/artifacts(?:/(.+))?", re.ASCII)
_PROXIED = re.compile(r"mlflow-artifacts:/+(?P<path>[^/?][^?]*)")
_PART_BYTES = 16 * 1024 * 1024
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

    def __init__(self, database: Database, blobs: "HeldBlobs", locations: "Locations", live_logs: LiveLogs) -> None:
        self._database = database
        self._blobs = blobs
        self._locations = locations
        self._live_logs = live_logs

    def list(self, request: ListArtifacts) -> ListArtifactsResponse:
        """Return one folder of a run; a run whose artifacts are kept where we do not serve them has no files."""
        request.check()
        with self._database.read() as connection:
            uri, root = _run_root(connection, request.run)
            entries = read_below(connection, join_paths(root, request.path)) if root else []
        if root:
            return ListArtifactsResponse(uri, list_folder(entries, request.path))
        return ListArtifactsResponse(uri, list_location(self._locations, uri, request.path))

    def list_tree(self, request: ListTree) -> ListTreeResponse:
        """Return one folder of the whole store, as base names."""
        request.check()
        with self._database.read() as connection:
            return ListTreeResponse(list_folder(read_below(connection, request.path), ""))

    def find_missing(self, request: FindMissing) -> FindMissingResponse:
        """Return which of the digests are not held yet, each once."""
        request.check()
        held = self._blobs.renew(request.digests)
        return FindMissingResponse([digest for digest in dict.fromkeys(request.digests) if digest not in held])

    def commit(self, request: CommitArtifacts) -> Empty:
        """Name files whose bytes are held; of a path given twice the last counts."""
        request.check()
        held = self._blobs.renew(file.digest for file in request.files)
        files = {join_paths(request.root, file.path): _check_held(file, held) for file in request.files}
        self._database.write(lambda connection: _commit(connection, files))
        self._live_logs.forget_finished(files)
        return Empty()

    def get_tree(self, request: GetTree) -> TreeResponse:
        """Return every file at or below a path."""
        request.check()
        with self._database.read() as connection:
            return TreeResponse(read_tree(connection, request.root))

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
        """Return rows of an artifact of a run that is a table."""
        request.check()
        with loading():
            from headwater.stores.sql.preview import preview_table  # and numpy

        return preview_table(self.open_file(request.run_id, request.path), request)

    def preview_array(self, request: PreviewArray) -> PreviewArrayResponse:
        """Return a picture of an artifact of a run that is a NumPy array."""
        request.check()
        with loading():
            from headwater.stores.sql.preview_array import preview_array  # and numpy

        return preview_array(self.open_file(request.run_id, request.path), request)

    def summarize_table(self, request: SummarizeTable) -> SummarizeTableResponse:
        """Return what an artifact of a run that is a table holds in its columns."""
        request.check()
        with loading():
            from headwater.stores.sql.preview_summary import summarize_table  # and numpy

        return summarize_table(self.open_file(request.run_id, request.path), request)

    def open_file(self, run_id: str, path: str) -> StoredFile:
        """Return an artifact of a run to read from."""
        with self._database.read() as connection:
            uri, root = _run_root(connection, run_id)
            entries = _read_at(connection, join_paths(root, path)) if root else []
        if entries:
            return StoredFile(entries[0].size, partial(self._blobs.read, entries[0].digest))
        if root:
            raise ResourceDoesNotExist(f"No such artifact: '{path}'")
        location = self._locations.open(uri)
        return StoredFile(location.find(path).size, partial(location.read, path))

    def start_upload(self, request: StartUpload) -> StartUploadResponse:
        """Return where to send a large file: its parts past us if it can be, else the rest of it to us."""
        request.check()
        direct = self._blobs.direct
        part_bytes = max(_PART_BYTES, -(-request.size // MAX_PARTS))
        if direct is not None and direct.takes_parts and request.size > part_bytes:
            upload_id, parts = direct.start(-(-request.size // part_bytes))
            return StartUploadResponse(0, upload_id, part_bytes, parts)
        return StartUploadResponse(self._blobs.received(request.digest))

    def finish_upload(self, request: FinishUpload) -> Empty:
        """Keep a file that was sent in parts past us, once it is verified."""
        request.check()
        if self._blobs.renew([request.digest]):  # it was finished before, and the answer did not arrive
            return Empty()
        try:
            self._direct().finish(request.upload_id, request.parts, request.digest)
        except DataLoss as error:
            raise InvalidParameterValue(f"The parts are not the file announced: {error.message}") from error
        return Empty()

    def sign_download(self, request: SignDownload) -> SignedUrl:
        """Return where a held file can be read past us."""
        request.check()
        return self._direct().sign_download(request.digest)

    def presign_upload(self, request: PresignUpload) -> PresignUploadResponse:
        """Return where one artifact can be written in the object store that its owner's location names."""
        request.check()
        location = self._open_owned("upload", request.run_id, request.model_id)
        signed = location.sign("PUT", request.path, request.expiration or int(SIGNED_URL_S.get()))
        return PresignUploadResponse(signed.url, signed.headers)

    def presign_download(self, request: PresignDownload) -> PresignDownloadResponse:
        """Return where one artifact can be read in the object store that its run's location names."""
        request.check()
        location = self._open_owned("download", request.run_id)
        signed = location.sign("GET", request.path, request.expiration or int(SIGNED_URL_S.get()))
        return PresignDownloadResponse(signed.url, signed.headers, location.find(request.path).size)

    def _open_owned(self, purpose: str, run_id: str, model_id: str = "") -> "Location":
        with self._database.read() as connection:
            if model_id:
                uri = load_model_uri(connection, find_model(connection, model_id, deleted_too=False))
            else:
                uri = _run_root(connection, run_id)[0]
        if find_root(uri):
            raise InvalidParameterValue(
                f"Presigned {purpose} is not supported for proxied artifact storage at '{uri}'. "
                "Send the file through the server's artifact routes."
            )
        return self._locations.open(uri)

    def _direct(self) -> "Direct":
        if self._blobs.direct is None:
            raise NotSupported("Presigned URLs are not supported for the current artifact repository")
        return self._blobs.direct


def list_location(locations: "Locations", uri: str, path: str) -> list[FileInfo]:
    """Return one folder of an artifact location outside of the store; nothing of one that is not served."""
    try:
        location = locations.open(uri)
    except NotSupported:
        return []
    return location.list_folder(path)


def _check_held(file: ArtifactFile, held: dict[str, int]) -> ArtifactFile:
    size = held.get(file.digest)
    if size is None:
        raise InvalidParameterValue(
            f"The bytes of '{file.path}' (SHA-256 '{file.digest}') are not held. Upload them first."
        )
    if size != file.size:
        raise InvalidParameterValue(f"Invalid size '{file.size}' of '{file.path}': it has {size} bytes.")
    return file


def copy_tree(connection: Connection, source: str, target: str) -> None:
    """Name the files of a run in another run, too; inside a write. Their bytes are kept once."""
    uri, root = _run_root(connection, source)
    new_uri, new_root = _run_root(connection, target)
    if not root or not new_root:
        elsewhere = new_uri if root else uri
        raise InvalidParameterValue(f"The artifacts at '{elsewhere}' are not kept here. Copy the run without them.")
    place, now = _locate(connection, new_root), now_ms()
    entries = read_below(connection, root)
    connection.many(
        _UPSERT,
        [(place.owner, join_paths(place.path, entry.relative), entry.digest, entry.size, now) for entry in entries],
    )


def _run_root(connection: Connection, run_id: str) -> tuple[str, str]:
    """Return a run's artifact URI and its path in the store, empty if its artifacts are elsewhere."""
    uri = load_info(connection, find_run(connection, run_id, active=False).id).artifact_uri
    return uri, find_root(uri)


def find_root(uri: str) -> str:
    """Return the path in the store that an artifact URI names, empty if its artifacts are elsewhere."""
    inside = None if uri.startswith("mlflow-artifacts://") else _PROXIED.fullmatch(uri.partition("?")[0])
    return inside["path"] if inside else ""


def locate_run(connection: Connection, path: str) -> int:
    """Return the id of the row of the run whose artifacts a path is in, or 0 if that is none."""
    return _locate(connection, path).run_id


def _locate(connection: Connection, path: str) -> _Place:
    parts = _RUN_PATH.fullmatch(path)
    if parts:
        # A run that was moved is found in its experiment and where its artifact URI says. Inside a write, it stays.
        lock = " FOR KEY SHARE" if connection.writable and connection.dialect is Dialect.POSTGRESQL else ""
        row = connection.one(
            f"SELECT id FROM run WHERE uuid = ? AND (exp_id = ? OR artifact_uri LIKE ?){lock}",  # noqa: S608 - two constants
            (parts[2], int(parts[1]), f"mlflow-artifacts:/{int(parts[1])}/%"),
        )
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


def read_tree(connection: Connection, root: str) -> list[ArtifactFile]:
    """Return every file at or below a path, by its path below that; a file itself has an empty one."""
    entries = _read_at(connection, root) or read_below(connection, root)
    return [ArtifactFile(entry.relative, entry.digest, entry.size) for entry in entries]


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
