"""Bars, and swarms of points, beside names."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from headwater.models.drawing.sheet import GREY, PALE, SERIES, Axis, Colour, Sheet, blend, make_axis

_LEFT, _TOP, _RIGHT, _BOTTOM = 270, 70, 920, 620
_LOW: Colour = (30, 120, 210)
_HIGH: Colour = (215, 25, 95)
_LEVELS = 12  # colours between low and high


def draw_bars(title: str, x_label: str, names: Sequence[str], values: Any, series: Sequence[str] = ()) -> bytes:
    """Return horizontal bars, the first on top; a row of `values` holds the parts of a bar, named by `series`."""
    parts = np.asarray(values, float).reshape(len(names), -1)
    axis = make_axis(0.0, float(parts.sum(axis=1).max(initial=0.0)) or 1.0)
    legend = 34 if series else 0
    sheet = Sheet(title, _LEFT, _TOP + legend, _RIGHT, _BOTTOM)
    sheet.axes(axis, None)
    height = (sheet.bottom - sheet.top) / max(len(names), 1)
    for row, name in enumerate(names):
        y = sheet.top + (row + 0.5) * height
        start = sheet.left
        for number, part in enumerate(parts[row]):
            end = start + float(axis.share(part)) * (sheet.right - sheet.left)
            thick = min(height * 0.35, 20)
            sheet.box((start, y - thick), (end, y + thick), SERIES[number % len(SERIES)])
            start = end
        _write_name(sheet, y, name, height)
    _write_series(sheet, series)
    sheet.frame()
    sheet.label(x_label, "")
    return sheet.finish()


def draw_swarm(title: str, x_label: str, names: Sequence[str], values: Any, levels: Any) -> bytes:
    """Return a row of dots for each name, heaped where they are many; `levels` (0 to 1) colours them, NaN grey."""
    values, levels = np.asarray(values, float), np.asarray(levels, float)
    finite = values[np.isfinite(values)]
    axis = make_axis(float(finite.min(initial=0.0)), float(finite.max(initial=0.0)))
    sheet = Sheet(title, _LEFT, _TOP, _RIGHT - 70, _BOTTOM)
    sheet.axes(axis, None)
    height = (sheet.bottom - sheet.top) / max(len(names), 1)
    zero = sheet.left + float(axis.share(0.0)) * (sheet.right - sheet.left)
    sheet.line([(zero, sheet.top), (zero, sheet.bottom)], GREY, 1.5)
    for row, name in enumerate(names):
        y = sheet.top + (row + 0.5) * height
        sheet.line([(sheet.left, y), (sheet.right, y)], PALE, 1)
        _heap(sheet, axis, y, height, values[:, row], levels[:, row])
        _write_name(sheet, y, name, height)
    _write_scale(sheet)
    sheet.frame()
    sheet.label(x_label, "")
    return sheet.finish()


def _heap(sheet: Sheet, axis: Axis, y: float, height: float, values: Any, levels: Any) -> None:
    """Draw the dots of one row; those that would lie upon each other are heaped up and down in turn."""
    keep = np.isfinite(values)
    x = sheet.left + axis.share(values[keep]) * (sheet.right - sheet.left)
    shades = levels[keep]
    bins = np.round(x / 4).astype(int)
    tallest = int(np.bincount(bins).max(initial=1)) if len(bins) else 1
    step = min(3.0, height * 0.8 / max(tallest, 1))
    heights: dict[int, int] = {}
    for place, column, shade in zip(x, bins.tolist(), shades, strict=True):
        count = heights[column] = heights.get(column, 0) + 1
        offset = step * (count // 2) * (1 if count % 2 else -1)
        sheet.dot((float(place), y + offset), 3, _shade(shade))


def _shade(level: float) -> Colour:
    return (150, 150, 150) if np.isnan(level) else blend(_HIGH, round(float(level) * _LEVELS) / _LEVELS, _LOW)


def _write_name(sheet: Sheet, y: float, name: str, height: float) -> None:
    size = min(sheet.size_for(name, _LEFT - 30), 19 if height >= 22 else 14)
    sheet.write((sheet.left - 12, y), sheet.fit(name, _LEFT - 30, size), anchor="rm", size=size)


def _write_series(sheet: Sheet, series: Sequence[str]) -> None:
    room = (_RIGHT - _LEFT) / max(len(series), 1)
    for number, name in enumerate(series):
        x = _LEFT + number * room
        sheet.box((x, sheet.top - 30), (x + 16, sheet.top - 14), SERIES[number % len(SERIES)])
        sheet.write((x + 22, sheet.top - 22), sheet.fit(name, room - 30, 17), size=17)


def _write_scale(sheet: Sheet) -> None:
    """Draw what the colours mean at the right."""
    x, height = sheet.right + 22, (sheet.bottom - sheet.top - 60) / _LEVELS
    for number in range(_LEVELS):
        top = sheet.top + 30 + number * height
        sheet.box((x, top), (x + 14, top + height), blend(_HIGH, 1 - number / (_LEVELS - 1), _LOW))
    sheet.write((x + 7, sheet.top + 14), "high", anchor="mm", colour=GREY, size=15)
    sheet.write((x + 7, sheet.bottom - 14), "low", anchor="mm", colour=GREY, size=15)
    sheet.write_upwards((x + 32, (sheet.top + sheet.bottom) / 2), "value of the feature", anchor="m", size=15)
