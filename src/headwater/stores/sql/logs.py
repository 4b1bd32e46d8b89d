"""Logs of runs: live ones from their recordings, finished ones from the artifacts."""

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from headwater.capture.recording import Recording
from headwater.protocol.artifacts import ArtifactFile, GetTree, ListArtifacts
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import InsufficientStorage, ResourceDoesNotExist
from headwater.protocol.logs import (
    CONSOLE_LOG,
    LOGS_FOLDER,
    AppendLog,
    IndexLog,
    IndexLogResponse,
    LogSize,
    MeasureLogs,
    MeasureLogsResponse,
    ReadLog,
    ReadLogResponse,
)
from headwater.protocol.runs import RunStatus
from headwater.stores.sql.artifacts import SqlArtifacts
from headwater.stores.sql.database import Database
from headwater.stores.sql.live_logs import LiveLogs
from headwater.stores.sql.log_lines import LogSource, index_lines, read_lines
from headwater.stores.sql.preview_file import StoredFile
from headwater.stores.sql.rows import find_run, load_info

if TYPE_CHECKING:
    from headwater.stores.interface import Blobs

_PROXIED = re.compile(r"mlflow-artifacts:/*([^/?][^?]*)")


@dataclass(frozen=True)
class _Log:
    """A log that was asked for; without any, the name and the source are empty."""

    name: str
    names: list[str]
    source: LogSource
    is_live: bool


class SqlLogs:
    """The logs of every run. Thread-safe."""

    def __init__(self, database: Database, artifacts: SqlArtifacts, blobs: "Blobs", live: LiveLogs) -> None:
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
        log = self._find(request)
        if not log.name:
            return ReadLogResponse(is_live=log.is_live)
        lines, position = read_lines(log.source, request)
        return ReadLogResponse(log.name, log.names, lines, position, log.source.size, log.is_live)

    def index(self, request: IndexLog) -> IndexLogResponse:
        """Return where the lines of a log are."""
        request.check()
        log = self._find(request)
        if not log.name:
            return IndexLogResponse(is_live=log.is_live)
        found = index_lines(log.source, request.position, request.line)
        return IndexLogResponse(
            log.name,
            log.names,
            found.positions,
            found.lines,
            found.count,
            found.end,
            log.source.size,
            found.more,
            log.is_live,
        )

    def measure(self, request: MeasureLogs) -> MeasureLogsResponse:
        """Return how long the logs of running runs are."""
        request.check()
        sizes = [LogSize(run_id, self._live.measure(run_id)) for run_id in dict.fromkeys(request.run_ids)]
        return MeasureLogsResponse([found for found in sizes if found.size > 0])

    def _find(self, request: ReadLog | IndexLog) -> _Log:
        run_id, asked, path = request.run_id, request.name, request.path
        if path:
            return _Log(path, [], _file_source(self._artifacts.open_file(run_id, path)), is_live=False)
        with self._database.read() as connection:
            info = load_info(connection, find_run(connection, run_id, active=False).id)
        is_running = info.status == RunStatus.RUNNING
        finished = self._find_finished(run_id, info.artifact_uri)
        names = sorted({*finished, *self._live.names(run_id)}, key=lambda name: (name != CONSOLE_LOG, name))
        if not names and not asked:
            return _Log("", [], LogSource(0, lambda position, _: (position, b""), is_complete=True), is_running)
        name = asked or names[0]
        if name not in names:
            raise ResourceDoesNotExist(f"The run '{run_id}' has no log '{name}'. It has: {', '.join(names)}.")
        if name in finished:
            file = finished[name]
            kept = StoredFile(file.size, partial(self._blobs.read, file.digest))
            return _Log(name, names, _file_source(kept), is_live=False)
        return _Log(name, names, _recording_source(self._live.recording(run_id, name)), is_running)

    def _find_finished(self, run_id: str, artifact_uri: str) -> dict[str, ArtifactFile]:
        entries = self._artifacts.list(ListArtifacts(run_id, path=LOGS_FOLDER)).files
        root = _PROXIED.fullmatch(artifact_uri)
        if not entries or root is None:
            return {}
        files = self._artifacts.get_tree(GetTree(f"{root[1]}/{LOGS_FOLDER}")).files
        return {file.path: file for file in files if file.path.endswith(".log") and "/" not in file.path}


def _recording_source(recording: Recording) -> LogSource:
    return LogSource(recording.size(), recording.read, is_complete=False)


def _file_source(file: StoredFile) -> LogSource:
    def read(position: int, limit: int) -> tuple[int, bytes]:
        if position >= file.size:
            return position, b""
        return position, b"".join(file.read(position, min(limit, file.size - position)))

    return LogSource(file.size, read, is_complete=True)
