"""From the bytes a program prints to the lines of its log."""

import codecs
import re
import time

REDRAW_S = 5.0  # how often the state of a line that is drawn again and again (a progress bar) is kept
PATIENCE_S = 2.0  # after which an unfinished line is kept as it is
LONGEST = 8192

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]{0,200})?\Z")
_CONTROLS = dict.fromkeys((*range(9), *range(10, 32), 127))


class LineAssembler:
    """Cut one stream into lines: without escape codes, and of a redrawn line only what was left to see."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._pending = ""
        self._fed_at = 0.0
        self._kept_at = 0.0

    def feed(self, data: bytes, now: float) -> list[str]:
        """Return the lines that `data` completes; `now` is monotonic, in seconds."""
        text = self._pending + self._decode(data)
        self._fed_at = now
        held = ""
        if "\x1b" in text:
            cut = _UNFINISHED.search(text)
            if cut is not None:
                text, held = text[: cut.start()], text[cut.start() :]
            text = _ESCAPES.sub("", text)
        *complete, rest = text.split("\n")
        lines = [piece for line in complete for piece in _pieces(_last_drawn(line))]
        if "\r" in rest:
            rest, lines = self._redraw(rest, lines, now)
        while len(rest) > LONGEST:
            lines.append(_clean(rest[:LONGEST]))
            rest = rest[LONGEST:]
        self._pending = rest + held
        return lines

    def flush(self, now: float, *, final: bool = False) -> list[str]:
        """Return the unfinished line if it has waited long enough, or whatever there is when `final`."""
        is_redrawn = "\r" in self._pending
        if not self._pending or not (final or (now - self._fed_at > PATIENCE_S and not is_redrawn)):
            return []
        lines = list(_pieces(_last_drawn(self._pending)))
        self._pending = ""
        return [line for line in lines if line]

    def _redraw(self, rest: str, lines: list[str], now: float) -> tuple[str, list[str]]:
        shown = _last_drawn(rest)
        if shown and now - self._kept_at >= REDRAW_S:
            self._kept_at = now
            lines.append(_clean(shown[:LONGEST]).rstrip())
        # What follows is drawn over it; a final carriage return must not be forgotten.
        return "\r" + rest[rest.rindex("\r") + 1 :] if not rest.endswith("\r") else f"{shown}\r", lines


def format_lines(moment: float, stream: str, texts: list[str]) -> str:
    """Return lines of the log: the time in UTC to the millisecond, `out` or `err`, and the text."""
    whole = int(moment)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
    start = f"{stamp}.{int((moment - whole) * 1000):03d}Z {stream} "
    return "".join([f"{start}{text}\n" for text in texts])


def _last_drawn(line: str) -> str:
    if "\r" not in line:
        return line
    return next((part for part in reversed(line.split("\r")) if part.strip()), "")


def _pieces(line: str) -> list[str]:
    if len(line) <= LONGEST:
        return [_clean(line)]
    return [_clean(line[start : start + LONGEST]) for start in range(0, len(line), LONGEST)]


def _clean(line: str) -> str:
    return line if line.isprintable() else line.translate(_CONTROLS).rstrip()
