"""Series at the resolution of a chart: from the minis of blocks where they suffice, else from the points themselves."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from headwater.protocol.columns import QuerySeries, XAxis
from headwater.stores.sql.blocks import (
    MINI,
    MINI_BUCKETS,
    NO_POINTS,
    Points,
    concatenate,
    decode_block,
    decode_minis,
    rank_values,
    sort_points,
)
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.series import SeriesId, find_members, read_hot

_CROWD_POINTS = 1_000_000
"""A request over more points takes minis of 64 buckets a block, even where finer ones were asked for."""

_DECODE_POINTS = 1_000_000
"""So many points are held in memory at once, unless one series has more."""

_READ_SUMMARIES = """
SELECT run_id, key_id, id, n, min_step, max_step, min_time, max_time, mini
FROM block WHERE run_id IN ({runs}) AND key_id IN ({keys}) ORDER BY run_id, key_id, min_step, min_time, id
"""

Buckets = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Line:
    """One series as it is sent: `columns` are x and value if `raw`, else x, min, max and last of each bucket."""

    count: int
    points: int
    raw: bool
    columns: bytes


@dataclass(frozen=True, slots=True)
class _Summary:
    """A block without its points; `low` and `high` bound its x."""

    block_id: int
    count: int
    low: int
    high: int
    mini: bytes
    in_order: bool


@dataclass(slots=True)
class _Plan:
    """How to draw one series: its blocks in range, those of them to decode, and its hot points.

    The blocks of a `mixed` one are of several contexts, whose points may repeat each other.
    """

    mixed: bool = False
    blocks: list[_Summary] = field(default_factory=list)
    decoded: set[int] = field(default_factory=set)
    hot: Points = NO_POINTS

    def add_hot(self, points: Points) -> None:
        self.hot = sort_points(concatenate([self.hot, points])) if len(self.hot) else points

    @property
    def count(self) -> int:
        return sum(block.count for block in self.blocks) + len(self.hot)

    @property
    def decoded_count(self) -> int:
        return sum(block.count for block in self.blocks if block.block_id in self.decoded)


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of the x axis that is asked for, both ends included."""

    x: XAxis
    start: float
    end: float

    def column(self, points: Points) -> npt.NDArray[np.int64]:
        return points.times if self.x is XAxis.TIME else points.steps

    def touches(self, low: int, high: int) -> bool:
        return high >= self.start and low <= self.end

    def covers(self, low: int, high: int) -> bool:
        return low >= self.start and high <= self.end

    def cut(self, points: Points) -> Points:
        """Return the points in the window, ordered along the axis."""
        column = self.column(points)
        if len(column) and not self.covers(int(column.min()), int(column.max())):
            points = points[(column >= self.start) & (column <= self.end)]
            column = self.column(points)
        if self.x is XAxis.TIME and not bool((column[1:] >= column[:-1]).all()):
            points = points[np.lexsort((rank_values(points.values), points.steps, column))]
        return points


def read_lines(
    connection: Connection, run_ids: Sequence[int], key_ids: Sequence[int], query: QuerySeries
) -> dict[SeriesId, Line]:
    """Return the lines of all runs and keys that have points in the queried range."""
    window = _Window(
        query.x,
        float("-inf") if query.start is None else query.start,
        float("inf") if query.end is None else query.end,
    )
    plans = _read_plans(connection, run_ids, key_ids, window)
    crowd = sum(plan.count for plan in plans.values()) > _CROWD_POINTS
    for plan in plans.values():
        _choose(plan, window, query.buckets, crowd=crowd)
    lines: dict[SeriesId, Line] = {}
    for group in _groups(plans):
        stored = _read_points(connection, [block_id for series_id in group for block_id in plans[series_id].decoded])
        for series_id in group:
            line = _draw(plans[series_id], stored, window, query.buckets)
            if line.count:
                lines[series_id] = line
    return lines


def _read_plans(
    connection: Connection, run_ids: Sequence[int], key_ids: Sequence[int], window: _Window
) -> dict[SeriesId, _Plan]:
    plans: dict[SeriesId, _Plan] = defaultdict(_Plan)
    by_time = window.x is XAxis.TIME
    members = find_members(connection, key_ids)
    for some_runs in chunks(run_ids):
        for some_keys in chunks(list(members)):
            sql = _READ_SUMMARIES.format(runs=marks(some_runs), keys=marks(some_keys))
            for run_id, key_id, block_id, count, *bounds, mini in connection.all(sql, (*some_runs, *some_keys)):
                low, high = bounds[2:] if by_time else bounds[:2]
                if window.touches(low, high):
                    in_order = bool(mini) and (not by_time or mini[0] == 1)
                    summary = _Summary(block_id, count, low, high, mini, in_order)
                    for wanted in members[key_id]:
                        plans[run_id, wanted].blocks.append(summary)
    for (run_id, key_id), points in read_hot(connection, run_ids, members).items():
        for wanted in members[key_id]:
            plans[run_id, wanted].add_hot(points)
    if len(members) > len(key_ids):
        for plan in plans.values():
            # The blocks of several contexts follow each other only if they happen to.
            plan.mixed = True
            plan.blocks.sort(key=lambda block: (block.low, block.block_id))
    return plans


def _choose(plan: _Plan, window: _Window, buckets: int, *, crowd: bool) -> None:
    """Note which blocks must be decoded: all if the series is short or not in order, else where minis do not do."""
    hot, blocks, count = window.column(window.cut(plan.hot)), plan.blocks, plan.count
    in_sequence = all(before.high + plan.mixed <= after.low for before, after in pairwise(blocks))
    if len(hot) and blocks:
        # A hot point may repeat a sealed one, so it must be clear of the blocks to be counted without looking at them.
        in_sequence = in_sequence and blocks[-1].high < int(hot[0])
    for block in plan.blocks:
        fine = crowd or block.count * buckets <= MINI_BUCKETS * count
        usable = in_sequence and block.in_order and window.covers(block.low, block.high)
        if count <= buckets or not fine or not usable:
            plan.decoded.add(block.block_id)


def _groups(plans: dict[SeriesId, _Plan]) -> Iterator[list[SeriesId]]:
    group: list[SeriesId] = []
    points = 0
    for series_id, plan in plans.items():
        group.append(series_id)
        points += plan.decoded_count
        if points >= _DECODE_POINTS:
            yield group
            group, points = [], 0
    yield group


def _read_points(connection: Connection, block_ids: Sequence[int]) -> dict[int, Points]:
    stored: dict[int, Points] = {}
    for chunk in chunks(block_ids):
        rows = connection.all(f"SELECT id, n, data FROM block WHERE id IN ({marks(chunk)})", chunk)  # noqa: S608 - marks
        stored.update((block_id, decode_block(count, data)) for block_id, count, data in rows)
    return stored


def _draw(plan: _Plan, stored: dict[int, Points], window: _Window, buckets: int) -> Line:
    if len(plan.decoded) == len(plan.blocks):
        parts = [stored[block.block_id] for block in plan.blocks]
        return _draw_points(window.cut(sort_points(concatenate([*parts, plan.hot]))), window, buckets)
    pieces: list[Buckets] = []
    for block in plan.blocks:
        if block.block_id in plan.decoded:
            pieces.append(_singles(window.cut(stored[block.block_id])))
        else:
            pieces.append(decode_minis([block.mini]))
    if len(plan.hot):
        pieces.append(_singles(window.cut(plan.hot)))
    return _draw_buckets(np.concatenate(pieces), window, buckets)


def _singles(points: Points) -> Buckets:
    """Return each point as a bucket of its own."""
    result = np.empty(len(points), MINI)
    result["step"], result["time"], result["count"] = points.steps, points.times, 1
    result["min"] = result["max"] = result["last"] = points.values
    return result


def _draw_points(points: Points, window: _Window, buckets: int) -> Line:
    return draw_values(window.column(points), points.values, buckets)


def draw_values(x: npt.NDArray[np.generic], values: npt.NDArray[np.float64], buckets: int) -> Line:
    """Return values along x as they are, or if they are too many as buckets of equally many."""
    count = len(values)
    if count <= buckets:
        return Line(count, count, True, pack(x, values))
    edges = np.arange(buckets + 1) * count // buckets
    starts, lasts = edges[:-1], edges[1:] - 1
    with np.errstate(invalid="ignore"):
        extremes = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    return Line(count, buckets, False, pack(x[lasts], *extremes, values[lasts]))


def _draw_buckets(items: Buckets, window: _Window, buckets: int) -> Line:
    """Merge neighbours so that at most `buckets` are left, each for about as many points as the others."""
    ends = np.cumsum(items["count"], dtype=np.int64)
    count = int(ends[-1])
    x = items["time" if window.x is XAxis.TIME else "step"]
    if len(items) <= buckets:
        return Line(count, len(items), False, pack(x, items["min"], items["max"], items["last"]))
    group = (ends - 1) * buckets // count
    starts = np.append([0], np.flatnonzero(group[1:] != group[:-1]) + 1)
    lasts = np.append(starts[1:], len(items)) - 1
    with np.errstate(invalid="ignore"):
        extremes = np.fmin.reduceat(items["min"], starts), np.fmax.reduceat(items["max"], starts)
    return Line(count, len(starts), False, pack(x[lasts], *extremes, items["last"][lasts]))


def pack(*columns: npt.NDArray[np.generic]) -> bytes:
    """Return columns as they are sent."""
    return b"".join([column.astype("<f8").tobytes() for column in columns])
