"""The lines of a log: read from any position, searched, and counted so that each can be found by its number."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from headwater.capture.recording import gap_note
from headwater.capture.styles import strip_styles
from headwater.protocol.logs import MARK_BYTES, MAX_INDEX_BYTES, MAX_SEARCH_BYTES, LogLine, ReadLog

_STEP_BYTES = 1 << 20
_LEAST_BYTES = 1 << 16
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\w{1,8}) (.*)", re.DOTALL)


@dataclass(frozen=True)
class LogSource:
    """Bytes of a log: `read(position, limit)` returns where they begin, which is further on behind a gap.

    Of a log that is not complete, what stands behind the last line end is no line yet.
    """

    size: int
    read: Callable[[int, int], tuple[int, bytes]]
    is_complete: bool


@dataclass
class LineIndex:
    """Lines of a log and where they begin; see `IndexLogResponse`."""

    positions: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    count: int = 0
    end: int = 0
    more: bool = False


class _Part(NamedTuple):
    """Whole lines: where they begin, their bytes, and where what follows them begins."""

    position: int
    data: bytes
    end: int


def read_lines(source: LogSource, request: ReadLog) -> tuple[list[LogLine], int]:
    """Return the lines asked for and where to go on."""
    position = request.position if request.position >= 0 else max(0, source.size + request.position)
    is_inside = request.position < 0 < position  # probably within a line, which is left out
    wanted = request.contains.lower()
    room = request.limit_bytes
    lines: list[LogLine] = []
    end = position
    step = _STEP_BYTES if wanted or request.stream else max(room, _LEAST_BYTES)
    for part in _read_parts(source, position, step, is_inside=is_inside):
        end = part.position
        is_absent = _is_absent(part.data, wanted, request.stream)
        for raw in () if is_absent else _split(part.data):
            if room <= 0:
                return lines, end
            line = _parse(end, raw)
            if _is_wanted(line, raw, wanted, request.stream):
                lines.append(line)
                room -= len(raw)
            end += len(raw)
        end = part.end
        if room <= 0 or end - position >= MAX_SEARCH_BYTES:
            break
    return lines, end


def index_lines(source: LogSource, position: int, line: int) -> LineIndex:
    """Return where lines begin, from a line that begins at `position` on."""
    index = LineIndex([position], [line], line, position)
    for part in _read_parts(source, position, _STEP_BYTES, is_inside=False):
        if part.position - index.positions[-1] >= MARK_BYTES:
            _mark(index, part.position, index.count)
        at, number = 0, index.count
        while (cut := part.data.find(b"\n", at + MARK_BYTES - 1) + 1) > 0 and cut < len(part.data):
            number += part.data.count(b"\n", at, cut)
            _mark(index, part.position + cut, number)
            at = cut
        rest = part.data.count(b"\n", at) + (not part.data.endswith(b"\n"))
        index.count, index.end = number + rest, part.end
        if part.end - position >= MAX_INDEX_BYTES and part.end < source.size:
            _mark(index, part.end, index.count)
            index.more = True
            break
    return index


def _mark(index: LineIndex, position: int, line: int) -> None:
    index.positions.append(position)
    index.lines.append(line)


def _read_parts(source: LogSource, position: int, step: int, *, is_inside: bool) -> Iterator[_Part]:
    """Yield whole lines, a mebibyte or less at a time, and for each gap the line that stands for it."""
    while position < source.size:
        begin, data = _read_whole(source, position, step)
        if begin > position:
            yield _Part(position, gap_note(begin - position), begin)
            is_inside = True
        if not data:
            return
        cut = data.find(b"\n") + 1 if is_inside else 0
        is_inside = False
        position = begin + len(data)
        if cut < len(data):
            yield _Part(begin + cut, data[cut:], position)


def _read_whole(source: LogSource, position: int, step: int) -> tuple[int, bytes]:
    """Return whole lines; a line longer than a mebibyte is cut."""
    while True:
        begin, data = source.read(position, step)
        whole = data[: data.rfind(b"\n") + 1]
        is_last = begin + len(data) >= source.size
        if whole or (is_last and not source.is_complete) or not data:
            return begin, data if is_last and source.is_complete else whole
        if is_last or step >= _STEP_BYTES:
            return begin, data
        step *= 4


def _split(data: bytes) -> list[bytes]:
    *lines, rest = data.split(b"\n")
    return [line + b"\n" for line in lines] + ([rest] if rest else [])


def _is_absent(data: bytes, wanted: str, stream: str) -> bool:
    """Return whether no line can be wanted, which is quicker to see than to parse them."""
    if stream and f"Z {stream} ".encode() not in data:
        return True
    return bool(wanted) and wanted not in _fold(data)


def _is_wanted(line: LogLine, raw: bytes, wanted: str, stream: str) -> bool:
    return (not stream or line.stream == stream) and (not wanted or wanted in _fold(raw))


def _fold(data: bytes) -> str:
    """Return the text to search in: without colours, in lower case."""
    return strip_styles(data.decode("utf-8", "replace")).lower()


def _parse(position: int, raw: bytes) -> LogLine:
    text = raw.decode("utf-8", "replace").rstrip("\r\n")
    found = _LINE.fullmatch(text)
    return LogLine(position, found[1], found[2], found[3]) if found else LogLine(position, "", "", text)
