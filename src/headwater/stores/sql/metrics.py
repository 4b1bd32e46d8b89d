"""Histories of metrics, point by point."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from headwater.protocol.metrics import (
    GetHistory,
    GetHistoryBulk,
    GetHistoryBulkResponse,
    GetHistoryInterval,
    GetHistoryIntervalResponse,
    GetHistoryResponse,
    Metric,
    MetricWithRunId,
)
from headwater.protocol.paging import decode_page_token, encode_page_token
from headwater.stores.sql.blocks import Points, rank_values
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.series import ALL_STEPS, find_runs, read_series


class SqlMetrics:
    """Reads histories; satisfies `headwater.stores.interface.Metrics`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get_history(self, request: GetHistory) -> GetHistoryResponse:
        """See `GetHistory`."""
        request.check()
        with self._database.read() as connection:
            points = _read_key(connection, [request.run], request.metric_key).get(request.run)
        if points is None:
            return GetHistoryResponse()
        start = decode_page_token(request.page_token)
        end = start + request.max_results if request.max_results else len(points)
        page = in_time_order(points)[start:end]
        token = encode_page_token(end) if end < len(points) else ""
        return GetHistoryResponse(_metrics(request.metric_key, page), token)

    def get_history_bulk(self, request: GetHistoryBulk) -> GetHistoryBulkResponse:
        """See `GetHistoryBulk`."""
        request.check()
        with self._database.read() as connection:
            found = _read_key(connection, request.run_id, request.metric_key)
        metrics: list[MetricWithRunId] = []
        for run_id in sorted(found):
            page = in_time_order(found[run_id])[: request.max_results - len(metrics)]
            metrics += _metrics_of_run(request.metric_key, run_id, page)
        return GetHistoryBulkResponse(metrics)

    def get_history_interval(self, request: GetHistoryInterval) -> GetHistoryIntervalResponse:
        """See `GetHistoryInterval`."""
        request.check()
        steps = ALL_STEPS
        if request.start_step is not None and request.end_step is not None:
            steps = (max(request.start_step, ALL_STEPS[0]), min(request.end_step, ALL_STEPS[1]))
        with self._database.read() as connection:
            found = _read_key(connection, request.run_ids, request.metric_key, steps)
        metrics: list[MetricWithRunId] = []
        for run_id in dict.fromkeys(request.run_ids):
            if run_id in found:
                points = found[run_id]
                metrics += _metrics_of_run(
                    request.metric_key, run_id, points[_sample(len(points), request.max_results)]
                )
        return GetHistoryIntervalResponse(metrics)


def _read_key(
    connection: Connection, run_ids: Sequence[str], key: str, steps: tuple[int, int] = ALL_STEPS
) -> dict[str, Points]:
    rows, keys = find_runs(connection, run_ids), connection.find_key_ids([key])
    if not rows or not keys:
        return {}
    found = read_series(connection, list(rows.values()), [keys[key]], steps)
    return {run_id: found[row, keys[key]] for run_id, row in rows.items() if (row, keys[key]) in found}


def in_time_order(points: Points) -> Points:
    """Return the points ordered by (timestamp, step, value) instead of (step, timestamp, value)."""
    times = points.times
    if bool((times[1:] >= times[:-1]).all()):
        return points
    return points[np.lexsort((rank_values(points.values), points.steps, times))]


def _sample(count: int, limit: int) -> npt.NDArray[np.intp]:
    """Return which of `count` points to keep: the first of each of `limit` equal buckets, and the last point.

    As in SQL's NTILE, the first `count % limit` buckets are longer by one.
    """
    if count <= limit:
        return np.arange(count)
    size, longer = divmod(count, limit)
    buckets = np.arange(limit)
    firsts = buckets * size + np.minimum(buckets, longer)
    firsts[-1] = count - 1
    return firsts


def _metrics(key: str, points: Points) -> list[Metric]:
    rows = zip(points.values.tolist(), points.times.tolist(), points.steps.tolist(), strict=True)
    return [Metric(key, value, time, step) for value, time, step in rows]


def _metrics_of_run(key: str, run_id: str, points: Points) -> list[MetricWithRunId]:
    rows = zip(points.steps.tolist(), points.times.tolist(), points.values.tolist(), strict=True)
    return [MetricWithRunId(key, run_id, step, time, value) for step, time, value in rows]
