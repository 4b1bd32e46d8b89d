"""A chart that stands still: as SVG, as HTML with links, and as text for a terminal."""

import math
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from headwater.tracking.charts.reading import ChartData, Line
from headwater.tracking.notebook import page_address

# Seen well on white and on black alike, for a picture does not know where it will be shown.
COLORS = ("#6b7fd1", "#c8862f", "#d0478a", "#389c87", "#8f62c9", "#a0661a", "#5f9e57", "#a771e0")
_WIDTH = 340
_TOP = 24
_LEFT = 52
_BOTTOM = 20
_COLUMNS = 3
_BARS = "▁▂▃▄▅▆▇█"
_SPARK_WIDTH = 24


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a chart is drawn."""

    x: str = "step"
    smooth: float = 0.0
    log_y: bool = False
    height: int = 220


def draw_svg(data: ChartData, look: Look) -> str:
    """Return every key as a card of one SVG picture."""
    columns = max(1, min(_COLUMNS, len(data.keys)))
    rows = max(1, math.ceil(len(data.keys) / columns))
    width, height = columns * _WIDTH, rows * (look.height + _TOP)
    cards = "".join(
        f'<g transform="translate({index % columns * _WIDTH},{index // columns * (look.height + _TOP)})">'
        f"{_draw_card(key, list(data.lines(key, is_relative=look.x == 'relative')), look)}</g>"
        for index, key in enumerate(data.keys)
    )
    names = escape(", ".join(data.keys))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{names or "no metrics"}" fill="currentColor" '
        f'font-family="system-ui,sans-serif" font-size="10" style="max-width:100%;height:auto">{cards}</svg>'
    )


def draw_html(data: ChartData, look: Look, hint: str) -> str:
    """Return the picture below a legend whose names lead to the pages of the runs."""
    entries = []
    for number, run in enumerate(data.runs):
        address = page_address(run.info.experiment_id, run.info.run_id)
        name = escape(run.info.run_name or run.info.run_id)
        if address:
            name = f'<a href="{escape(address)}" target="_blank" rel="noopener" style="color:inherit">{name}</a>'
        swatch = f'<b style="color:{COLORS[number % len(COLORS)]}">━</b>'
        entries.append(f'<span style="margin-right:1.2em;white-space:nowrap">{swatch} {name}</span>')
    more = f"<div>{data.more} more metrics: name those to show with keys=[…].</div>" if data.more else ""
    note = f'<div style="opacity:.7">{escape(hint)}</div>' if hint else ""
    legend = f"<div>{''.join(entries)}</div>"
    return f'<div style="font:13px/1.6 system-ui,sans-serif">{legend}{draw_svg(data, look)}{more}{note}</div>'


def draw_text(data: ChartData, look: Look) -> str:
    """Return one line of blocks for each run of each key, with its last, least and greatest value."""
    state = " (live)" if data.is_live else ""
    rows = [f"Chart of {len(data.runs)} run{'s' if len(data.runs) != 1 else ''}{state}"]
    width = min(28, max(len(_name(run.info.run_name or run.info.run_id)) for run in data.runs))
    for key in data.keys:
        rows.append(key)
        for line in data.lines(key):
            values = _smooth(line.values, look.smooth)
            finite = values[np.isfinite(values)]
            name = _name(line.run.info.run_name or line.run.info.run_id).ljust(width)
            span = (
                f"  last {values[-1]:.4g}, {finite.min():.4g} to {finite.max():.4g}" if len(finite) else "  no number"
            )
            rows.append(f"  {name} {_sparkline(values):{_SPARK_WIDTH}}{span}")
    if not data.keys:
        rows.append("no metrics yet")
    if data.more:
        rows.append(f"and {data.more} more metrics: name those to show with keys=[…]")
    return "\n".join(rows)


def _draw_card(key: str, lines: list[Line], look: Look) -> str:
    title = f'<text x="4" y="14" font-size="12" font-weight="600">{escape(_name(key, 44))}</text>'
    drawn = [(line, _scale(_smooth(line.values, look.smooth), log=look.log_y)) for line in lines]
    places = np.concatenate([line.x for line, _ in drawn]) if drawn else np.empty(0)
    values = np.concatenate([values for _, values in drawn]) if drawn else np.empty(0)
    values = values[np.isfinite(values)]
    if not len(values):
        return f'{title}<text x="4" y="40" opacity=".7">{"no finite value" if lines else "no points yet"}</text>'
    left, right = _widen(float(places.min()), float(places.max()))
    low, high = _widen(float(values.min()), float(values.max()))
    inner = (_WIDTH - _LEFT - 12, look.height - _BOTTOM)

    def at_x(x: float) -> float:
        return _LEFT + (x - left) / (right - left) * inner[0]

    def at_y(y: float) -> float:
        return _TOP + (high - y) / (high - low) * inner[1]

    grid = []
    for share in (0.0, 0.5, 1.0):
        y = low + share * (high - low)
        shown = 10**y if look.log_y else y
        grid.append(
            f'<path d="M{_LEFT} {at_y(y):.1f}h{inner[0]}" stroke="currentColor" opacity=".18"/>'
            f'<text x="{_LEFT - 5}" y="{at_y(y) + 3:.1f}" text-anchor="end" opacity=".7">{shown:.3g}</text>'
        )
    ends = "".join(
        f'<text x="{at_x(x):.1f}" y="{look.height + 17}" text-anchor="{anchor}" opacity=".7">{_label(x, look.x)}</text>'
        for x, anchor in ((left, "start"), (right, "end"))
    )
    paths = "".join(
        f'<path d="{_trace([(at_x(x), at_y(y)) for x, y in zip(line.x.tolist(), values.tolist(), strict=True)])}" '
        f'fill="none" stroke="{COLORS[line.number % len(COLORS)]}" stroke-width="1.6" stroke-linejoin="round"/>'
        for line, values in drawn
    )
    return f"{title}{''.join(grid)}{ends}{paths}"


def _trace(points: list[tuple[float, float]]) -> str:
    """Return a path through the points, interrupted where there is no number; a lone point is a dot."""
    parts: list[str] = []
    is_down = False
    for x, y in points:
        if not math.isfinite(y):
            is_down = False
            continue
        parts.append(f"{'L' if is_down else 'M'}{x:.1f} {y:.1f}{'' if is_down else 'h.01'}")
        is_down = True
    return "".join(parts)


def _scale(values: NDArray[np.float64], *, log: bool) -> NDArray[np.float64]:
    """Return what is drawn at a height: the values, or the logarithms of those that have one."""
    if not log:
        return values
    return np.log10(np.where(values > 0, values, np.nan))


def _smooth(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Return the moving average that the pages draw, without its bias towards the start."""
    if not weight:
        return values
    smoothed = values.copy()
    average, share = 0.0, 1.0
    for index, value in enumerate(values.tolist()):
        if math.isfinite(value):
            average = average * weight + (1 - weight) * value
            share *= weight
            smoothed[index] = average / (1 - share)
    return smoothed


def _widen(low: float, high: float) -> tuple[float, float]:
    if low < high:
        return low, high
    space = abs(low) * 0.05 or 1.0
    return low - space, high + space


def _sparkline(values: NDArray[np.float64]) -> str:
    if len(values) > _SPARK_WIDTH:
        values = values[np.linspace(0, len(values) - 1, _SPARK_WIDTH).round().astype(int)]
    finite = values[np.isfinite(values)]
    if not len(finite):
        return ""
    low, high = float(finite.min()), float(finite.max())
    top = len(_BARS) - 1
    return "".join(
        _BARS[round((value - low) / (high - low) * top) if high > low else 0] if math.isfinite(value) else " "
        for value in values.tolist()
    )


def _label(x: float, axis: str) -> str:
    if axis == "time":
        return str(np.datetime64(int(x), "ms"))[:19].replace("T", " ")
    return f"{x:.3g} s" if axis == "relative" else f"{x:g}"


def _name(text: str, length: int = 28) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
