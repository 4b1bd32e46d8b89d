"""Plots as PNG files, drawn with Pillow: tens of milliseconds, no window system and no global state."""

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

_WIDTH, _HEIGHT = 960, 720
_LEFT, _TOP, _RIGHT, _BOTTOM = 150, 70, 930, 600
_LEGEND = 480
_FONT_SIZE = 20
_INK, _PALE = (34, 34, 34), (225, 225, 225)
_LINE_COLOURS = ((31, 119, 180), (150, 150, 150))
_DARKEST = (8, 48, 107)
_MAX_NUMBERED = 25  # rows; beyond, numbers and names could not be read
_TICKS = 5


class Line(NamedTuple):
    """A curve within the unit square; `dashed` for what the others are compared with."""

    label: str
    x: Any
    y: Any
    dashed: bool = False


def draw_lines(title: str, x_label: str, y_label: str, lines: Sequence[Line]) -> bytes:
    """Return a plot of curves whose coordinates lie between 0 and 1."""
    sheet = _Sheet(title, x_label, y_label)
    for tick in range(_TICKS + 1):
        share = tick / _TICKS
        x, y = _place(share, share)
        sheet.pen.line((x, _TOP, x, _BOTTOM), fill=_PALE, width=1)
        sheet.pen.line((_LEFT, y, _RIGHT, y), fill=_PALE, width=1)
        sheet.write((x, _BOTTOM + 12), f"{share:g}", anchor="mt")
        sheet.write((_LEFT - 12, y), f"{share:g}", anchor="rm")
    sheet.frame()
    for number, line in enumerate(lines):
        points = [_place(x, y) for x, y in zip(line.x, line.y, strict=True)]
        colour = _LINE_COLOURS[number % len(_LINE_COLOURS)]
        if line.dashed:
            _draw_dashes(sheet.pen, points[0], points[-1], colour)
        else:
            sheet.pen.line(points, fill=colour, width=3)
        y = _BOTTOM - 32 * len(lines) - 14 + 24 + 32 * number
        sheet.pen.line((_LEGEND, y, _LEGEND + 44, y), fill=colour, width=3)
        sheet.write((_LEGEND + 56, y), line.label, anchor="lm")
    return sheet.finish()


def draw_matrix(title: str, x_label: str, y_label: str, counts: Any, names: Sequence[str]) -> bytes:
    """Return a square table of counts, each cell coloured by its share of the row."""
    sheet = _Sheet(title, x_label, y_label)
    size = len(names)
    width, height = (_RIGHT - _LEFT) / size, (_BOTTOM - _TOP) / size
    for row in range(size):
        total = float(sum(counts[row]))
        for column in range(size):
            share = float(counts[row][column]) / total if total else 0.0
            left, top = _LEFT + column * width, _TOP + row * height
            sheet.pen.rectangle((left, top, left + width, top + height), fill=_shade(share))
            if size <= _MAX_NUMBERED:
                colour = (255, 255, 255) if share > 0.5 else _INK
                place = (left + width / 2, top + height / 2)
                sheet.write(place, f"{counts[row][column]:,.6g}", anchor="mm", colour=colour)
    sheet.frame()
    if size <= _MAX_NUMBERED:
        has_room = max(map(len, names)) <= width / 12
        for number, name in enumerate(names):
            x = _LEFT + (number + 0.5) * width
            if has_room:
                sheet.write((x, _BOTTOM + 12), name, anchor="mt")
            else:
                sheet.write_upwards(x, _BOTTOM + 4, _cut(name, 8))
            sheet.write((_LEFT - 12, _TOP + (number + 0.5) * height), _cut(name, 9), anchor="rm")
    return sheet.finish()


class _Sheet:
    """White paper with a frame, a title and the names of both axes."""

    def __init__(self, title: str, x_label: str, y_label: str) -> None:
        from PIL import Image, ImageDraw, ImageFont  # an optional package, loaded when something is drawn

        self._image = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
        self.pen = ImageDraw.Draw(self._image)
        self._font = ImageFont.load_default(_FONT_SIZE)
        self.write((_WIDTH / 2, 32), title, anchor="mm")
        self.write(((_LEFT + _RIGHT) / 2, _HEIGHT - 16), x_label, anchor="mm")
        side = Image.new("RGB", (_BOTTOM - _TOP, 32), "white")
        ImageDraw.Draw(side).text((side.width / 2, 16), y_label, fill=_INK, font=self._font, anchor="mm")
        self._image.paste(side.rotate(90, expand=True), (12, _TOP))

    def write(self, place: tuple[float, float], text: str, *, anchor: str, colour: tuple[int, int, int] = _INK) -> None:
        self.pen.text(place, text, fill=colour, font=self._font, anchor=anchor)

    def write_upwards(self, x: float, top: float, text: str) -> None:
        """Write a short text from below up to `top`, its middle at `x`."""
        from PIL import Image, ImageDraw

        strip = Image.new("RGB", (88, 26), "white")
        ImageDraw.Draw(strip).text((strip.width, 13), text, fill=_INK, font=self._font, anchor="rm")
        self._image.paste(strip.rotate(90, expand=True), (round(x) - 13, round(top)))

    def frame(self) -> None:
        self.pen.rectangle((_LEFT, _TOP, _RIGHT, _BOTTOM), outline=_INK, width=2)

    def finish(self) -> bytes:
        stream = io.BytesIO()
        self._image.save(stream, format="png", compress_level=1)
        return stream.getvalue()


def _place(x: float, y: float) -> tuple[float, float]:
    return _LEFT + x * (_RIGHT - _LEFT), _BOTTOM - y * (_BOTTOM - _TOP)


def _draw_dashes(pen: Any, start: tuple[float, float], end: tuple[float, float], colour: tuple[int, int, int]) -> None:
    count = 40
    step = ((end[0] - start[0]) / count, (end[1] - start[1]) / count)
    for dash in range(0, count, 2):
        x, y = start[0] + dash * step[0], start[1] + dash * step[1]
        pen.line((x, y, x + step[0], y + step[1]), fill=colour, width=2)


def _shade(share: float) -> tuple[int, int, int]:
    red, green, blue = (round(255 + (dark - 255) * share) for dark in _DARKEST)
    return red, green, blue


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
