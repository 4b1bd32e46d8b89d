"""Points on their way out: the blocks and hot rows of series, put together so that each point is seen once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from headwater.stores.sql.blocks import KeyedPoints, Points, concatenate, decode_block, decode_hot, sort_points
from headwater.stores.sql.connection import Connection, chunks, marks

SeriesId = tuple[int, int]
"""A run's row id and a key id."""

_READ_BLOCKS = """
SELECT run_id, key_id, n, data FROM block WHERE run_id IN ({runs}) AND key_id IN ({keys})
AND max_step >= ? AND min_step <= ? ORDER BY run_id, key_id, min_step, min_time, id
"""
ALL_STEPS = (-(2**63), 2**63 - 1)


def find_runs(connection: Connection, run_ids: Sequence[str]) -> dict[str, int]:
    """Return the row id of each of `run_ids` that exists, deleted or not."""
    found: dict[str, int] = {}
    for chunk in chunks(run_ids):
        found.update(connection.all(f"SELECT uuid, id FROM run WHERE uuid IN ({marks(chunk)})", chunk))  # noqa: S608 - marks
    return found


Members = dict[int, tuple[int, ...]]
"""For each key that is read, the keys asked for that its points belong to."""


def find_members(connection: Connection, key_ids: Iterable[int]) -> Members:
    """Return the keys to read for those asked for: a metric's points are also those of all its contexts."""
    members: dict[int, tuple[int, ...]] = {key_id: (key_id,) for key_id in key_ids}
    for chunk in chunks(list(members)):
        sql = f"SELECT id, base_id FROM key WHERE base_id IN ({marks(chunk)})"  # noqa: S608 - marks
        for key_id, base_id in connection.all(sql, chunk):
            members[key_id] = (*members.get(key_id, ()), base_id)
    return members


def read_series(
    connection: Connection, run_ids: Sequence[int], key_ids: Sequence[int], steps: tuple[int, int] = ALL_STEPS
) -> dict[SeriesId, Points]:
    """Return the points of every run and key that have any, ordered by (step, time, value).

    Args:
        connection: a snapshot to read from.
        run_ids: row ids of runs.
        key_ids: ids of keys.
        steps: the first and last step to return.
    """
    members = find_members(connection, key_ids)
    parts: dict[SeriesId, list[Points]] = defaultdict(list)
    for some_runs in chunks(run_ids):
        for some_keys in chunks(list(members)):
            sql = _READ_BLOCKS.format(runs=marks(some_runs), keys=marks(some_keys))
            for run_id, key_id, count, data in connection.all(sql, (*some_runs, *some_keys, *steps)):
                points = decode_block(count, data)
                for wanted in members[key_id]:
                    parts[run_id, wanted].append(points)
    for (run_id, key_id), points in read_hot(connection, run_ids, members).items():
        for wanted in members[key_id]:
            parts[run_id, wanted].append(points)
    found = {series_id: _between(sort_points(concatenate(part)), steps) for series_id, part in parts.items()}
    return {series_id: points for series_id, points in found.items() if len(points)}


def read_hot(connection: Connection, run_ids: Sequence[int], key_ids: Iterable[int]) -> dict[SeriesId, Points]:
    """Return the points of each run and key that are not sealed yet, ordered, each distinct point once."""
    wanted = np.array(sorted(key_ids), np.int64)
    found: dict[SeriesId, Points] = {}
    for chunk in chunks(run_ids):
        rows: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
        sql = f"SELECT run_id, n, data FROM hot WHERE run_id IN ({marks(chunk)}) ORDER BY run_id, id"  # noqa: S608 - marks
        for run_id, count, data in connection.all(sql, chunk):
            rows[run_id].append((count, data))
        for run_id, some in rows.items():
            keyed = decode_hot(some)
            chosen = np.isin(keyed.key_ids, wanted)
            split = split_by_key(KeyedPoints(keyed.key_ids[chosen], keyed.points[chosen]))
            found.update(((run_id, key_id), points) for key_id, points in split.items())
    return found


def split_by_key(keyed: KeyedPoints) -> dict[int, Points]:
    """Return the points of each key, ordered by (step, time, value), each distinct point once."""
    if not len(keyed):
        return {}
    order = np.argsort(keyed.key_ids, kind="stable")
    key_ids, points = keyed.key_ids[order], keyed.points[order]
    edges = [0, *(np.flatnonzero(key_ids[1:] != key_ids[:-1]) + 1).tolist(), len(key_ids)]
    return {int(key_ids[start]): sort_points(points[start:end]) for start, end in pairwise(edges)}


def _between(points: Points, steps: tuple[int, int]) -> Points:
    if steps == ALL_STEPS:
        return points
    return points[np.searchsorted(points.steps, steps[0], "left") : np.searchsorted(points.steps, steps[1], "right")]
