"""Series against another metric, such as the loss against the epoch."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from headwater.protocol.columns import QuerySeries
from headwater.stores.sql.blocks import Points
from headwater.stores.sql.charts import Line, draw_values, pack
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.series import SeriesId, read_series

_RUNS_AT_ONCE = 20


def read_against(
    connection: Connection, run_ids: Sequence[int], key_ids: Sequence[int], query: QuerySeries
) -> dict[SeriesId, Line]:
    """Return the lines of all runs and keys that have points where the metric `query.x_key` has a value."""
    axis = connection.find_key_ids([query.x_key]).get(query.x_key)
    lines: dict[SeriesId, Line] = {}
    if axis is None:
        return lines
    for start in range(0, len(run_ids), _RUNS_AT_ONCE):
        some = run_ids[start : start + _RUNS_AT_ONCE]
        found = read_series(connection, some, [*dict.fromkeys([*key_ids, axis])])
        for run_id in some:
            against = found.get((run_id, axis))
            for key_id in key_ids:
                points = found.get((run_id, key_id))
                if against is not None and points is not None:
                    line = _join(points, against, query)
                    if line.count:
                        lines[run_id, key_id] = line
    return lines


def _join(points: Points, against: Points, query: QuerySeries) -> Line:
    places = np.searchsorted(against.steps, points.steps, "right") - 1
    x = np.where(places < 0, np.nan, against.values[np.maximum(places, 0)])
    there = np.isfinite(x)
    if query.start is not None:
        there &= x >= query.start
    if query.end is not None:
        there &= x <= query.end
    x, values = x[there], points.values[there]
    order = np.argsort(x, kind="stable")
    return _draw(x[order], values[order], query.buckets)


def _draw(x: npt.NDArray[np.float64], values: npt.NDArray[np.float64], buckets: int) -> Line:
    """Return values along x; those at the same x, and neighbours if there are too many, share a bucket."""
    edges = np.flatnonzero(np.diff(x, prepend=-np.inf))
    if len(edges) == len(x):
        return draw_values(x, values, buckets)
    if len(edges) > buckets:
        edges = edges[np.arange(buckets) * len(edges) // buckets]
    lasts = np.append(edges[1:], len(x)) - 1
    with np.errstate(invalid="ignore"):
        extremes = np.fmin.reduceat(values, edges), np.fmax.reduceat(values, edges)
    return Line(len(x), len(edges), False, pack(x[lasts], *extremes, values[lasts]))
