"""Logs: what a run printed, appended while it runs and read from any position."""

import re

import msgspec

from headwater.protocol.artifacts import check_path
from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_no_nul, check_run_id

CONSOLE_LOG = "console.log"
LOGS_FOLDER = "logs"
"""The artifact folder in which a run's finished logs are kept."""

MAX_APPEND_BYTES = 1 << 20
MAX_READ_BYTES = 1 << 20
MAX_POSITION = 1 << 50
MAX_INDEX_BYTES = 64 << 20
MAX_SEARCH_BYTES = 32 << 20
MARK_BYTES = 1 << 16
MAX_MEASURED = 1000

STREAMS = ("", "out", "err")
"""The streams of a program; the empty one stands for both."""

_LOG_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,99}", re.ASCII)


class AppendLog(msgspec.Struct, frozen=True, omit_defaults=True):
    """Put bytes of a running log where they belong; to repeat a request changes nothing.

    The store keeps the first and the last eight MiB of a log. The finished log is uploaded as the artifact
    `logs/<name>`, which takes the place of what was appended.
    """

    run_id: str
    name: str
    position: int
    data: bytes

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, name, position and size are allowed."""
        check_run_id(self.run_id)
        check_log_name(self.name)
        if not 0 <= self.position <= MAX_POSITION:
            raise InvalidParameterValue(f"Invalid position '{self.position}'. Give a byte offset from 0 on.")
        if len(self.data) > MAX_APPEND_BYTES:
            raise InvalidParameterValue(
                f"Invalid data of {len(self.data)} bytes. Send at most {MAX_APPEND_BYTES} bytes at a time."
            )


class ReadLog(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read whole lines of a log from a position on, or find lines in it.

    A negative `position` counts from the end. `contains` leaves only lines with this text, in any case, `stream` only
    those that were printed there; at most 32 MiB are looked through at once. Go on at `next_position`; a log that is
    being written has nothing new if that is where this request began. `path` names any text among the run's artifacts
    instead of a log.
    """

    run_id: str
    name: str = ""
    position: int = 0
    limit_bytes: int = 262144
    contains: str = ""
    stream: str = ""
    path: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, name, position and limit are allowed."""
        check_run_id(self.run_id)
        _check_place(self.name, self.path)
        check_no_nul("contains", self.contains)
        if self.stream not in STREAMS:
            raise InvalidParameterValue(f"Invalid stream '{self.stream[:100]}'. Use 'out', 'err' or none.")
        if abs(self.position) > MAX_POSITION:
            raise InvalidParameterValue(f"Invalid position '{self.position}'. Give a byte offset within the log.")
        if not 1 <= self.limit_bytes <= MAX_READ_BYTES:
            raise InvalidParameterValue(f"Invalid limit_bytes '{self.limit_bytes}'. Ask for 1 to {MAX_READ_BYTES}.")


class LogLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: where it begins, when it was printed (UTC, empty if unknown), on which stream, and its text."""

    position: int
    time: str
    stream: str
    text: str


class ReadLogResponse(msgspec.Struct, frozen=True):
    """Lines of the log `name`, one of `names`; without any log, all are empty.

    `size` is where the log ends now, and `is_live` says whether more may come.
    """

    name: str = ""
    names: list[str] = []
    lines: list[LogLine] = []
    next_position: int = 0
    size: int = 0
    is_live: bool = False


class IndexLog(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ask where the lines of a log are, from the line numbered `line` on, which begins at `position`.

    With it any line can be read by its number without reading those before it. Line numbers begin at 0. `path` names
    any text among the run's artifacts instead of a log.
    """

    run_id: str
    name: str = ""
    position: int = 0
    line: int = 0
    path: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, name, position and line are allowed."""
        check_run_id(self.run_id)
        _check_place(self.name, self.path)
        if not 0 <= self.position <= MAX_POSITION or not 0 <= self.line <= self.position:
            raise InvalidParameterValue(
                f"Invalid position '{self.position}' of line '{self.line}'. Give the beginning of a line from 0 on."
            )


class IndexLogResponse(msgspec.Struct, frozen=True):
    """A line about every 64 KiB: line `lines[i]` begins at `positions[i]`.

    `end` is where the last whole line ends, behind line `count - 1`. At most 64 MiB are looked at at once: if there
    is `more`, go on at the last of the lines.
    """

    name: str = ""
    names: list[str] = []
    positions: list[int] = []
    lines: list[int] = []
    count: int = 0
    end: int = 0
    size: int = 0
    more: bool = False
    is_live: bool = False


class MeasureLogs(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ask how long the logs of running runs are by now, so that a change can be seen without reading them."""

    run_ids: list[str]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless these can be runs, and not too many."""
        if len(self.run_ids) > MAX_MEASURED:
            raise InvalidParameterValue(f"Invalid run_ids: '{len(self.run_ids)}' runs. Ask for at most {MAX_MEASURED}.")
        for run_id in self.run_ids:
            check_run_id(run_id)


class LogSize(msgspec.Struct, frozen=True):
    """The bytes of all logs of a run that are being written."""

    run_id: str
    size: int


class MeasureLogsResponse(msgspec.Struct, frozen=True):
    """Those of the runs that have logs that are being written."""

    logs: list[LogSize] = []


def _check_place(name: str, path: str) -> None:
    if name and path:
        raise InvalidParameterValue(f"Both a log, '{name[:100]}', and a path, '{path[:100]}', were given. Give one.")
    if name:
        check_log_name(name)
    if path:
        check_path(path)


def check_log_name(name: str) -> None:
    """Raise `InvalidParameterValue` unless this can be a log's name."""
    if not _LOG_NAME.fullmatch(name):
        raise InvalidParameterValue(
            f"Invalid log name '{name[:100]}'. Use up to 100 letters, digits, '.', '_' and '-', beginning with a "
            "letter or digit."
        )


APPEND = Endpoint(
    resource="logs",
    verb="append",
    methods=("POST",),
    path="logs/append",
    request=AppendLog,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
READ = Endpoint(
    resource="logs",
    verb="read",
    methods=("GET",),
    path="logs/read",
    request=ReadLog,
    response=ReadLogResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

INDEX = Endpoint(
    resource="logs",
    verb="index",
    methods=("GET",),
    path="logs/index",
    request=IndexLog,
    response=IndexLogResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

MEASURE = Endpoint(
    resource="logs",
    verb="measure",
    methods=("POST",),
    path="logs/measure",
    request=MeasureLogs,
    response=MeasureLogsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (APPEND, READ, INDEX, MEASURE)
