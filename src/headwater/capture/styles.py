"""Colours and weights of text on a terminal: the only control sequences that logs keep.

Every line of a log stands for itself: it begins with what an earlier line switched on, and switches off at its end.
"""

import re
from collections.abc import Callable

SEQUENCE = re.compile(r"\x1b\[[0-9;:]{0,64}m")
RESET = "\x1b[0m"

Style = dict[str, str]
"""What is switched on: the kind of change (`weight`, `front`, …) → the code that makes it."""

_ENDS = {"22": ("bold", "faint"), "23": ("italic",), "24": ("underline",), "27": ("inverse",), "29": ("strike",)}
_ENDS |= {"39": ("front",), "49": ("back",)}
_BEGINS = {"1": "bold", "2": "faint", "3": "italic", "4": "underline", "7": "inverse", "9": "strike", "21": "underline"}
_LONG = {"38": "front", "48": "back"}
_LONG_PARTS = {"5": 3, "2": 5}  # of `38;5;n` and `38;2;r;g;b`


def strip_styles(text: str) -> str:
    """Return the text alone."""
    return SEQUENCE.sub("", text) if "\x1b" in text else text


def keep_styles(redact: Callable[[list[str]], list[str]]) -> Callable[[list[str]], list[str]]:
    """Return `redact` for styled lines: no secret hides between colours, and a line that had one goes without them."""

    def redact_styled(lines: list[str]) -> list[str]:
        if not any("\x1b" in line for line in lines):
            return redact(lines)
        plain = [strip_styles(line) for line in lines]
        redacted = redact(plain)
        return [line if before == after else after for line, before, after in zip(lines, plain, redacted, strict=True)]

    return redact_styled


def follow_styles(text: str, style: Style) -> None:
    """Change `style` as the sequences in `text` say."""
    for sequence in SEQUENCE.findall(text):
        _apply(sequence[2:-1], style)


def write_styled(text: str, style: Style, longest: int) -> list[str]:
    """Return `text` in pieces of at most so many letters, each with its own styles; `style` is as it is at the end."""
    pieces: list[str] = []
    piece, room, shown = "", longest, ""
    at = 0
    while True:
        found = SEQUENCE.search(text, at)
        part = (text[at : found.start()] if found else text[at:]).replace("\x1b", "")
        while part:
            wanted = ";".join(style.values())
            if wanted != shown:
                piece += f"\x1b[{'0;' if shown and wanted else ''}{wanted or '0'}m"
                shown = wanted
            piece, part, room = piece + part[:room], part[room:], room - len(part)
            if room < 0:
                pieces.append(piece + RESET * bool(shown))
                piece, room, shown = "", longest, ""
        if not found:
            break
        _apply(found[0][2:-1], style)
        at = found.end()
    return [*pieces, piece + RESET * bool(shown)]


def _apply(codes: str, style: Style) -> None:
    words = codes.split(";")
    while words:
        code, *subcodes = words[0].split(":")
        size = 1
        if code in _LONG:
            size = 1 if subcodes else _LONG_PARTS.get(words[1] if len(words) > 1 else "", len(words))
            if subcodes or size <= len(words):
                style[_LONG[code]] = ";".join(words[:size])
        elif code in {"", "0"}:
            style.clear()
        elif code in _ENDS or subcodes == ["0"]:
            for kind in _ENDS.get(code, ("underline",)):
                style.pop(kind, None)
        elif code in _BEGINS:
            style[_BEGINS[code]] = code
        elif len(code) in {2, 3} and code[-1] in "01234567" and code[:-1] in {"3", "4", "9", "10"}:
            style["front" if code[:-1] in {"3", "9"} else "back"] = code
        del words[:size]
