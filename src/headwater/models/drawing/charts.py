"""Curves, and clouds of points."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from headwater.models.drawing.sheet import GREY, INK, SERIES, UNIT, WIDTH, Axis, Place, Sheet, blend, make_axis

_TOP, _BOTTOM = 70, 620
_MAX_DOTS = 2000  # points; beyond, they are counted in small squares
_SQUARE = 5  # pixels
_MARGIN = 0.04
_NAMES = 726  # where the names of curves begin


class Line(NamedTuple):
    """A curve; `dashed` for what the others are compared with, `note` for a number that tells it."""

    label: str
    x: Any
    y: Any
    dashed: bool = False
    note: str = ""
    dots: bool = False


def draw_lines(title: str, x_label: str, y_label: str, lines: Sequence[Line], *, y_axis: Axis = UNIT) -> bytes:
    """Return a plot of curves whose x lies between 0 and 1, with their names at its right."""
    sheet = Sheet(title, 110, _TOP, 660, _BOTTOM)
    sheet.axes(UNIT, y_axis)
    sheet.frame()
    numbers = iter(range(len(lines)))
    room = (sheet.bottom - sheet.top) / max(len(lines), 1)
    for row, line in enumerate(lines):
        colour = GREY if line.dashed else SERIES[next(numbers) % len(SERIES)]
        points = [sheet.place(UNIT, y_axis, x, y) for x, y in zip(line.x, line.y, strict=True)]
        if line.dashed:
            for start, end in pairwise(points):
                sheet.dashes(start, end, colour)
        else:
            sheet.line(_thin(points), colour, 2.5)
        for point in points if line.dots else ():
            sheet.dot(point, 4.5, colour)
        y = sheet.top + 16 + row * min(room, 56)
        if line.dashed:
            sheet.dashes((684, y), (716, y), colour)
        else:
            sheet.line([(684, y), (716, y)], colour, 3)
        _write_label(sheet, y, line, is_tight=room < 48)
    sheet.label(x_label, y_label)
    return sheet.finish()


def draw_points(title: str, x_label: str, y_label: str, x: Any, y: Any, *, reference: str, note: str = "") -> bytes:
    """Return a cloud of points with a line through what is right: "diagonal" (x = y) or "zero" (y = 0).

    Many points are counted in small squares, dark where there are many; a single point is still seen.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    is_fine = np.isfinite(x) & np.isfinite(y)
    x, y = x[is_fine], y[is_fine]
    if reference == "diagonal":
        both = np.concatenate([x, y, [0.0] if not len(x) else []])
        x_axis = y_axis = make_axis(float(both.min()), float(both.max()), margin=_MARGIN)
    else:
        x_axis = make_axis(*_ends(x), margin=_MARGIN)
        y_axis = make_axis(min(_ends(y)[0], 0.0), max(_ends(y)[1], 0.0), margin=_MARGIN)
    sheet = Sheet(title, 130, _TOP, 920, _BOTTOM)
    if len(x) > _MAX_DOTS:
        _draw_squares(sheet, x_axis.share(x), y_axis.share(y))
    sheet.axes(x_axis, y_axis, grid=len(x) <= _MAX_DOTS)
    if len(x) <= _MAX_DOTS:
        radius = 5.0 if len(x) <= 200 else 3.5
        for one, other in zip(x, y, strict=True):
            sheet.dot(sheet.place(x_axis, y_axis, one, other), radius, blend(SERIES[0], 0.75), blend(SERIES[0], 0.35))
    ends = (x_axis.low, x_axis.high)
    start, end = ((value, value) for value in ends) if reference == "diagonal" else ((value, 0.0) for value in ends)
    sheet.dashes(sheet.place(x_axis, y_axis, *start), sheet.place(x_axis, y_axis, *end), INK, 1.5)
    sheet.frame()
    if note:
        sheet.write((sheet.right, sheet.top - 14), note, anchor="rm", colour=GREY, size=17)
    sheet.label(x_label, y_label)
    return sheet.finish()


def _write_label(sheet: Sheet, y: float, line: Line, *, is_tight: bool) -> None:
    """Write what a curve is called and, below it or in a tight legend beside it, its number."""
    width: float = WIDTH - _NAMES - 10
    if not is_tight:
        sheet.write((_NAMES, y), sheet.fit(line.label, width))
        sheet.write((_NAMES, y + 22), sheet.fit(line.note, width, 17), colour=GREY, size=17)
        return
    number = line.note.rpartition(" ")[2]
    width -= sheet.width_of(number, 16) + 8
    size = sheet.size_for(line.label, width)
    sheet.write((_NAMES, y), sheet.fit(line.label, width, size), size=size)
    sheet.write((WIDTH - 10, y), number, anchor="rm", colour=GREY, size=16)


def _ends(values: Any) -> tuple[float, float]:
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)


def _draw_squares(sheet: Sheet, x: Any, y: Any) -> None:
    columns = int((sheet.right - sheet.left) / _SQUARE)
    rows = int((sheet.bottom - sheet.top) / _SQUARE)
    counts, *_ = np.histogram2d(1 - y, x, bins=(rows, columns), range=((0, 1), (0, 1)))
    shares = np.where(counts > 0, 0.25 + 0.75 * np.log1p(counts) / np.log1p(counts.max()), 0.0)[..., None]
    colour = np.array([8, 70, 130])
    sheet.picture((255 + (colour - 255) * shares).round().astype(np.uint8))


def _thin(points: list[Place]) -> list[Place]:
    """Leave out points that would not be seen: those that are nearly on their predecessor."""
    kept = points[:1]
    for point in points[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= 0.5:
            kept.append(point)
    return [*kept, *points[-1:]] if len(points) > 1 else kept
