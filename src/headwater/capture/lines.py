"""From the bytes a program prints to the lines of its log."""

import codecs
import re
import time

from headwater.capture.styles import RESET, SEQUENCE, Style, follow_styles, strip_styles, write_styled

REDRAW_S = 5.0  # how often the state of a line that is drawn again and again (a progress bar) is kept
PATIENCE_S = 2.0  # after which an unfinished line is kept as it is
LONGEST = 8192
MOST_SEQUENCES = 32  # that are kept of what was drawn over

_OTHER_ESCAPES = re.compile(
    rf"(?!{SEQUENCE.pattern})" + r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]{0,200})?\Z")
_CONTROLS = dict.fromkeys((*range(9), *range(10, 32), 127))
_CONTROLS_BUT_ESCAPE = {code: None for code in _CONTROLS if code != 0x1B}


class LineAssembler:
    """Cut one stream into lines: of escape codes only colours, and of a redrawn line only what was left to see."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._pending = ""
        self._style: Style = {}  # where the pending text begins
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
            text = _OTHER_ESCAPES.sub("", text)
        *complete, rest = text.split("\n")
        lines = [piece for line in complete for piece in self._pieces(_last_drawn(line))]
        if "\r" in rest:
            rest, lines = self._redraw(rest, lines, now)
        if len(rest) > LONGEST:
            *whole, rest = _cut(rest)
            lines += [piece for part in whole for piece in self._pieces(part)]
        self._pending = rest + held
        return lines

    def flush(self, now: float, *, final: bool = False) -> list[str]:
        """Return the unfinished line if it has waited long enough, or whatever there is when `final`."""
        is_redrawn = "\r" in self._pending
        if not self._pending or not (final or (now - self._fed_at > PATIENCE_S and not is_redrawn)):
            return []
        lines = self._pieces(_last_drawn(self._pending))
        self._pending = ""
        return [line for line in lines if line]

    def _redraw(self, rest: str, lines: list[str], now: float) -> tuple[str, list[str]]:
        shown = _last_drawn(rest)
        if strip_styles(shown) and now - self._kept_at >= REDRAW_S:
            self._kept_at = now
            lines.append(_write(shown, dict(self._style))[0].rstrip())
        gone = rest.rindex("\r") + 1
        before, tail = rest[:gone], rest[gone:]
        if not strip_styles(tail).strip():  # nothing is drawn over it yet
            return f"{_last_drawn(before)}\r{tail}", lines
        follow_styles(before, self._style)
        return f"\r{tail}", lines

    def _pieces(self, line: str) -> list[str]:
        return _write(line, self._style)


def format_lines(moment: float, stream: str, texts: list[str]) -> str:
    """Return lines of the log: the time in UTC to the millisecond, `out` or `err`, and the text."""
    whole = int(moment)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
    start = f"{stamp}.{int((moment - whole) * 1000):03d}Z {stream} "
    return "".join([f"{start}{text}\n" for text in texts])


def _last_drawn(line: str) -> str:
    """Return what is seen of a line that was drawn several times, with the colours of all its drawings."""
    if "\r" not in line:
        return line
    drawn = line.split("\r")
    if "\x1b" not in line:
        return next((part for part in reversed(drawn) if part.strip()), "")
    last = next((place for place in reversed(range(len(drawn))) if strip_styles(drawn[place]).strip()), 0)
    return _sequences("".join(drawn[:last])) + drawn[last] + _sequences("".join(drawn[last + 1 :]))


def _sequences(text: str) -> str:
    """Return the colours alone, from where they were switched off last."""
    found: list[str] = SEQUENCE.findall(text)
    resets = [place for place, sequence in enumerate(found) if sequence == RESET]
    return "".join(found[resets[-1] if resets else 0 :][-MOST_SEQUENCES:])


def _cut(line: str) -> list[str]:
    """Return a line in pieces of the greatest length or a little less, no sequence cut in two."""
    pieces = []
    while len(line) > LONGEST:
        begun = _UNFINISHED.search(line[:LONGEST])
        end = begun.start() if begun else LONGEST
        pieces.append(line[:end])
        line = line[end:]
    return [*pieces, line]


def _write(line: str, style: Style) -> list[str]:
    """Return a line in pieces without control characters but those of its colours, which change `style`."""
    if "\x1b" in line or style:
        return write_styled(line.translate(_CONTROLS_BUT_ESCAPE), style, LONGEST)
    if len(line) <= LONGEST:
        return [_clean(line)]
    return [_clean(line[start : start + LONGEST]) for start in range(0, len(line), LONGEST)]


def _clean(line: str) -> str:
    return line if line.isprintable() else line.translate(_CONTROLS).rstrip()
