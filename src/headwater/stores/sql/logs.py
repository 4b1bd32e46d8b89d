"""Logs of runs: live ones from their recordings, finished ones from the artifacts."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from headwater.capture.recording import Recording, gap_note
from headwater.protocol.artifacts import ArtifactFile, GetTree, ListArtifacts
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import InsufficientStorage, ResourceDoesNotExist
from headwater.protocol.logs import CONSOLE_LOG, LOGS_FOLDER, AppendLog, LogLine, ReadLog, ReadLogResponse
from headwater.protocol.runs import RunStatus
from headwater.stores.interface import Blobs
from headwater.stores.sql.artifacts import SqlArtifacts
from headwater.stores.sql.database import Database
from headwater.stores.sql.live_logs import LiveLogs
from headwater.stores.sql.rows import find_run, load_info

_STEP_BYTES = 1 << 20
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\w{1,8}) (.*)", re.DOTALL)
_PROXIED = re.compile(r"mlflow-artifacts:/*([^/?][^?]*)")


@dataclass(frozen=True)
class _Source:
    """Bytes of a log: `read(position, limit)` returns where they begin, which is further on behind a gap."""

    size: int
    read: Callable[[int, int], tuple[int, bytes]]


class SqlLogs:
    """The logs of every run. Thread-safe."""

    def __init__(self, database: Database, artifacts: SqlArtifacts, blobs: Blobs, live: LiveLogs) -> None:
        self._database = database
        self._artifacts = artifacts
        self._blobs = blobs
        self._live = live

    def append(self, request: AppendLog) -> Empty:
        """Put bytes of a running log where they belong."""
        request.check()
        with self._database.read() as connection:
            find_run(connection, request.run_id, active=True)
        try:
            self._live.recording(request.run_id, request.name).write(request.position, request.data)
        except OSError as error:
            message = f"The log '{request.name}' cannot be written: {error.strerror}. Make room or fix permissions."
            raise InsufficientStorage(message) from error
        return Empty()

    def read(self, request: ReadLog) -> ReadLogResponse:
        """Return whole lines of a log."""
        request.check()
        with self._database.read() as connection:
            info = load_info(connection, find_run(connection, request.run_id, active=False).id)
        finished = self._find_finished(request.run_id, info.artifact_uri)
        names = sorted({*finished, *self._live.names(request.run_id)}, key=lambda name: (name != CONSOLE_LOG, name))
        if not names and not request.name:
            return ReadLogResponse(is_live=info.status == RunStatus.RUNNING)
        name = request.name or names[0]
        if name not in names:
            raise ResourceDoesNotExist(f"The run '{request.run_id}' has no log '{name}'. It has: {', '.join(names)}.")
        if name in finished:
            source = _blob_source(self._blobs, finished[name])
        else:
            source = _recording_source(self._live.recording(request.run_id, name))
        lines, position = _read_lines(source, request)
        is_live = name not in finished and info.status == RunStatus.RUNNING
        return ReadLogResponse(name, names, lines, position, source.size, is_live)

    def _find_finished(self, run_id: str, artifact_uri: str) -> dict[str, ArtifactFile]:
        entries = self._artifacts.list(ListArtifacts(run_id, path=LOGS_FOLDER)).files
        root = _PROXIED.fullmatch(artifact_uri)
        if not entries or root is None:
            return {}
        files = self._artifacts.get_tree(GetTree(f"{root[1]}/{LOGS_FOLDER}")).files
        return {file.path: file for file in files if file.path.endswith(".log") and "/" not in file.path}


def _recording_source(recording: Recording) -> _Source:
    return _Source(recording.size(), recording.read)


def _blob_source(blobs: Blobs, file: ArtifactFile) -> _Source:
    def read(position: int, limit: int) -> tuple[int, bytes]:
        if position >= file.size:
            return position, b""
        return position, b"".join(blobs.read(file.digest, position, limit))

    return _Source(file.size, read)


def _read_lines(source: _Source, request: ReadLog) -> tuple[list[LogLine], int]:
    """Return the lines asked for and where to go on."""
    position = request.position if request.position >= 0 else max(0, source.size + request.position)
    is_inside = request.position < 0 < position  # probably within a line, which is left out
    wanted = request.contains.lower()
    lines: list[LogLine] = []
    room = request.limit_bytes
    while room > 0 and position < source.size:
        begin, data = source.read(position, _STEP_BYTES if wanted else max(room, 65536))
        if begin > position:
            lines.append(LogLine(position, "", "", gap_note(begin - position).decode().strip()))
            is_inside = True
        whole = data[: data.rfind(b"\n") + 1]
        if not whole:
            return lines, begin
        position = begin
        for raw in whole.splitlines(keepends=True):
            if room <= 0:
                break
            if not is_inside and (not wanted or wanted in raw.decode("utf-8", "replace").lower()):
                lines.append(_parse(position, raw))
                room -= len(raw)
            is_inside = False
            position += len(raw)
    return lines, position


def _parse(position: int, raw: bytes) -> LogLine:
    text = raw.decode("utf-8", "replace").rstrip("\n")
    found = _LINE.fullmatch(text)
    return LogLine(position, found[1], found[2], found[3]) if found else LogLine(position, "", "", text)
