"""Points on their way in: written as one hot row a request, then sealed into blocks of one series each."""

import math
from dataclasses import dataclass
from itertools import pairwise, takewhile

import numpy as np
import numpy.typing as npt

from headwater.protocol.contexts import name_of
from headwater.stores.sql.alert_points import check_points
from headwater.stores.sql.blocks import (
    BLOCK_POINTS,
    NO_POINTS,
    Float64s,
    Int32s,
    Int64s,
    Points,
    concatenate,
    decode_block,
    decode_hot,
    encode_block,
    encode_hot,
    encode_hot_point,
    encode_mini,
    rank_values,
    sort_points,
)
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.rows import RunRow
from headwater.stores.sql.series import split_by_key

SEAL_POINTS = 20_000
"""A run with so many hot points is sealed by the write that brings them."""

NAN, NEGATIVE_ZERO = 1, 2
"""What `latest.special` says of a value that the database cannot hold."""

KeyedRow = tuple[int, int, int, float]
"""A point with its key's id: key, step, time, value."""

_SCALARS_MAX = 4
_SMALL_BLOCK = BLOCK_POINTS // 2
_MERGE_RATIO = 8

_INSERT_HOT = "INSERT INTO hot (run_id, n, data) VALUES (?, ?, ?)"
_COUNT_HOT = "UPDATE run SET hot_points = hot_points + ?, hot_since = ? WHERE id = ? RETURNING hot_points"
_UPSERT_LATEST = """
INSERT INTO latest (exp_id, key_id, run_id, step, time, value, special) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id, key_id) DO UPDATE
SET step = excluded.step, time = excluded.time, value = excluded.value, special = excluded.special
WHERE excluded.step > latest.step OR excluded.step = latest.step AND (
  excluded.time > latest.time OR excluded.time = latest.time AND (
    latest.special = 1 OR excluded.special <> 1 AND (
      excluded.value > latest.value OR excluded.value = latest.value AND excluded.special = 0)))
"""
INSERT_BLOCK = """
INSERT INTO block (run_id, key_id, n, min_step, max_step, min_time, max_time, mini, data)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_LIST_BLOCKS = """
SELECT key_id, min_step, min_time, max_step, max_time, id, n FROM block WHERE run_id = ?
ORDER BY key_id, min_step, min_time, id
"""


def insert_points(
    connection: Connection,
    run: RunRow,
    keys: list[str],
    key_index: Int32s,
    steps: Int64s,
    times: Int64s,
    values: Float64s,
) -> None:
    """Add points to a run: point `i` belongs to `keys[key_index[i]]`. Call it inside a write.

    All points of a request become one hot row; `latest` keeps the greatest point by (step, time, value) of each key.
    """
    count = len(steps)
    if not count:
        return
    ids = connection.key_ids(keys)
    bases = _find_bases(connection, ids)
    points = Points(steps, times, values)
    if count <= _SCALARS_MAX:
        _insert_few(connection, run, [ids[keys[index]] for index in key_index.tolist()], points, bases)
    else:
        key_ids = np.array([ids[key] for key in keys], np.int32)[key_index]
        connection.execute(_INSERT_HOT, (run.id, count, encode_hot(key_ids, points)))
        greatest = _greatest_of_each_key(key_index, len(keys), points)
        columns = (key_ids, steps, times, values)
        rows = list(zip(*(column[greatest].tolist() for column in columns), strict=True))
        _raise_latest(connection, run, rows, bases)
    row = connection.one(_COUNT_HOT, (count, now_ms(), run.id))
    assert row is not None, "the caller found the run in this transaction"
    check_points(connection, run, keys, key_index, points)
    if row[0] >= SEAL_POINTS:
        _seal(connection, run.id, merge_all=False)


def insert_series(connection: Connection, run: RunRow, series: dict[str, Points]) -> None:
    """Add whole series to a run, as blocks at once; points that are there already stay once. Call it inside a write."""
    ids = connection.key_ids(series)
    fresh = {ids[key]: sort_points(points) for key, points in series.items() if len(points)}
    _write_blocks(connection, run.id, fresh, merge_all=False)
    greatest = [
        (key_id, int(points.steps[-1]), int(points.times[-1]), float(points.values[-1]))
        for key_id, points in fresh.items()
    ]
    _raise_latest(connection, run, greatest, _find_bases(connection, ids))


def seal_run(connection: Connection, run_id: int, *, merge_all: bool = True) -> None:
    """Turn the hot points of a run into blocks, each distinct point once. Call it inside a write.

    Readers see every point exactly once, before and after. With `merge_all`, small blocks at the end of a series
    are merged, as is right when the run has ended; without, only when there are so many that it pays.
    """
    _seal(connection, run_id, merge_all=merge_all)


def _find_bases(connection: Connection, ids: dict[str, int]) -> dict[int, int]:
    """Return the metric of each key that is a metric in a context."""
    names = {key: name_of(key) for key in ids if key[-1] == "}"}
    if not names:
        return {}
    bases = connection.key_ids(set(names.values()))
    return {ids[key]: bases[name] for key, name in names.items()}


def _raise_latest(connection: Connection, run: RunRow, rows: list[KeyedRow], bases: dict[int, int]) -> None:
    """Let `latest` know of points; one in a context counts for its metric, too."""
    if bases:
        rows = rows + [(bases[row[0]], *row[1:]) for row in rows if row[0] in bases]
    connection.many(_UPSERT_LATEST, [latest_row(run, *row) for row in rows])


def _insert_few(connection: Connection, run: RunRow, key_ids: list[int], points: Points, bases: dict[int, int]) -> None:
    rows = list(zip(key_ids, points.steps.tolist(), points.times.tolist(), points.values.tolist(), strict=True))
    single = len(rows) == 1
    data = encode_hot_point(*rows[0]) if single else encode_hot(np.array(key_ids, np.int32), points)
    connection.execute(_INSERT_HOT, (run.id, len(rows), data))
    if bases:
        _raise_latest(connection, run, rows, bases)
        return
    for row in rows:
        connection.execute(_UPSERT_LATEST, latest_row(run, *row))


def _greatest_of_each_key(key_index: Int32s, keys: int, points: Points) -> npt.NDArray[np.intp]:
    """Return the position of the greatest point of each key that has any."""
    steps, times = points.steps, points.times
    last = np.full(keys, -1, np.intp)
    last[key_index] = np.arange(len(key_index))
    last_steps, last_times = steps[last][key_index], times[last][key_index]
    not_before = (steps > last_steps) | ((steps == last_steps) & (times >= last_times))
    present: npt.NDArray[np.intp] = last[last >= 0]
    if np.count_nonzero(not_before) == len(present):
        return present
    order = np.lexsort((rank_values(points.values), times, steps, key_index))
    ordered = key_index[order]
    greatest: npt.NDArray[np.intp] = order[np.append(ordered[1:] != ordered[:-1], [True])]
    return greatest


def latest_row(run: RunRow, key_id: int, step: int, time: int, value: float) -> tuple[object, ...]:
    """Return the row of `latest` for a point."""
    if value != value:
        return run.exp_id, key_id, run.id, step, time, None, NAN
    special = NEGATIVE_ZERO if value == 0 and math.copysign(1, value) < 0 else 0
    return run.exp_id, key_id, run.id, step, time, value, special


@dataclass(frozen=True, slots=True)
class _Block:
    """A sealed block as its row sums it up; every point is between `low` and `high`, which are (step, time)."""

    key_id: int
    low: tuple[int, int]
    high: tuple[int, int]
    block_id: int
    count: int


def _seal(connection: Connection, run_id: int, *, merge_all: bool) -> None:
    # The update comes first: on PostgreSQL it locks the run, so no other server adds a hot row meanwhile.
    connection.execute("UPDATE run SET hot_points = 0, hot_since = NULL WHERE id = ?", (run_id,))
    hot = decode_hot(connection.all("SELECT n, data FROM hot WHERE run_id = ? ORDER BY id", (run_id,)))
    _write_blocks(connection, run_id, split_by_key(hot), merge_all=merge_all)
    connection.execute("DELETE FROM hot WHERE run_id = ?", (run_id,))


def _write_blocks(connection: Connection, run_id: int, fresh: dict[int, Points], *, merge_all: bool) -> None:
    """Put ordered points into blocks, together with the blocks that they fall into."""
    listed = _list_blocks(connection, run_id, fresh, merge_all=merge_all)
    taken = {
        key_id: _choose_blocks(fresh.get(key_id, NO_POINTS), blocks, merge_all=merge_all)
        for key_id, blocks in listed.items()
    }
    stored = _read_blocks(connection, [block_id for chosen in taken.values() for block_id in chosen])
    rows: list[tuple[object, ...]] = []
    for key_id, blocks in listed.items():
        parts = [stored[block_id] for block_id in taken[key_id]]
        if key_id in fresh:
            parts.append(fresh[key_id])
        kept = [block for block in blocks if block.block_id not in taken[key_id]]
        for piece in _split_at(sort_points(concatenate(parts)), kept):
            rows += block_rows(run_id, key_id, piece)
    connection.many(INSERT_BLOCK, rows)
    connection.many("DELETE FROM block WHERE id = ?", [(block_id,) for block_id in stored])


def _list_blocks(
    connection: Connection, run_id: int, fresh: dict[int, Points], *, merge_all: bool
) -> dict[int, list[_Block]]:
    """Return the blocks of the keys to look at, each list in the order of its points."""
    listed: dict[int, list[_Block]] = {key_id: [] for key_id in fresh}
    for key_id, min_step, min_time, max_step, max_time, block_id, count in connection.all(_LIST_BLOCKS, (run_id,)):
        if key_id in fresh or merge_all:
            block = _Block(key_id, (min_step, min_time), (max_step, max_time), block_id, count)
            listed.setdefault(key_id, []).append(block)
    return listed


def _choose_blocks(points: Points, blocks: list[_Block], *, merge_all: bool) -> set[int]:
    """Return the ids of the blocks to rewrite: those that new points fall into, and small ones at the end."""
    taken: set[int] = set()
    if len(points):
        first = (int(points.steps[0]), int(points.times[0]))
        for block in blocks:
            if block.high >= first and _position(points, block.low, "left") < _position(points, block.high, "right"):
                taken.add(block.block_id)
    tail = _choose_tail(len(points), blocks, merge_all=merge_all)
    return taken | tail if len(points) or len(tail) > 1 else taken


def _choose_tail(count: int, blocks: list[_Block], *, merge_all: bool) -> set[int]:
    """Return the ids of the small blocks at the end to merge with `count` new points.

    Unless all are, only those are that become part of a block eight times as long: no point is rewritten often.
    """
    small = list(takewhile(lambda block: block.count < _SMALL_BLOCK, reversed(blocks)))
    end, largest = len(small) if merge_all else 0, 0
    if not merge_all:
        for index, block in enumerate(small):
            count, largest = count + block.count, max(largest, block.count)
            if count >= _MERGE_RATIO * largest:
                end = index + 1
    return {block.block_id for block in small[:end]}


def _position(points: Points, bound: tuple[int, int], side: str) -> int:
    """Return how many points are before (`left`) or not after (`right`) `bound`, a (step, time)."""
    step, time = bound
    start, end = np.searchsorted(points.steps, step, "left"), np.searchsorted(points.steps, step, "right")
    within = points.times[start:end]
    return int(
        start + (np.searchsorted(within, time, "left") if side == "left" else np.searchsorted(within, time, "right"))
    )


def _read_blocks(connection: Connection, block_ids: list[int]) -> dict[int, Points]:
    stored: dict[int, Points] = {}
    for chunk in chunks(block_ids):
        rows = connection.all(f"SELECT id, n, data FROM block WHERE id IN ({marks(chunk)})", chunk)  # noqa: S608 - marks
        stored.update((block_id, decode_block(count, data)) for block_id, count, data in rows)
    return stored


def _split_at(points: Points, kept: list[_Block]) -> list[Points]:
    """Return the points in pieces, so that no piece reaches over a block that is kept."""
    if not len(points):
        return []
    last = (int(points.steps[-1]), int(points.times[-1]))
    cuts = {_position(points, block.low, "left") for block in kept if block.low <= last}
    edges = sorted({0, len(points), *cuts})
    return [points[start:end] for start, end in pairwise(edges)]


def block_rows(run_id: int, key_id: int, points: Points) -> list[tuple[object, ...]]:
    """Return the rows of blocks that hold the ordered points of one series."""
    rows: list[tuple[object, ...]] = []
    pieces = -(-len(points) // BLOCK_POINTS)
    edges = [len(points) * piece // pieces for piece in range(pieces + 1)]
    for start, end in pairwise(edges):
        part = points[start:end]
        steps, times = part.steps, part.times
        bounds = int(steps[0]), int(steps[-1]), int(times.min()), int(times.max())
        rows.append((run_id, key_id, len(part), *bounds, encode_mini(part), encode_block(part)))
    return rows
