"""Points as requests bring them, made arrays. Loads numpy, and so is imported only where there are points."""

from collections.abc import Sequence

import numpy as np

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.journals import Append, Rejection
from headwater.protocol.metrics import Metric
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.points import insert_points
from headwater.stores.sql.rows import RunRow


def insert_metrics(connection: Connection, run: RunRow, metrics: Sequence[Metric]) -> None:
    """Add points that are given one by one. Call it inside a write."""
    keys = [metric.key for metric in metrics]
    index = {key: position for position, key in enumerate(dict.fromkeys(keys))}
    insert_points(
        connection,
        run,
        list(index),
        np.array([index[key] for key in keys], np.int32),
        np.array([metric.step for metric in metrics], np.int64),
        np.array([metric.timestamp for metric in metrics], np.int64),
        np.array([metric.value for metric in metrics], np.float64),
    )


def append_points(connection: Connection, run: RunRow, request: Append) -> list[Rejection]:
    """Add the points of a stretch of a journal, and return those that cannot be. Call it inside a write."""
    key_index = np.frombuffer(request.key_index, "<i4").astype(np.int32, copy=False)
    steps = np.frombuffer(request.steps, "<i8").astype(np.int64, copy=False)
    times = np.frombuffer(request.timestamps, "<i8").astype(np.int64, copy=False)
    values = np.frombuffer(request.values, "<f8").astype(np.float64, copy=False)
    if key_index.min() < 0 or key_index.max() >= len(request.keys):
        raise InvalidParameterValue(f"A point names key '{key_index.max()}', but only {len(request.keys)} are given.")
    allowed = times >= 0
    early: list[str] = []
    if not allowed.all():
        early = [request.keys[index] for index in np.unique(key_index[~allowed])]
        key_index, steps, times, values = key_index[allowed], steps[allowed], times[allowed], values[allowed]
    insert_points(connection, run, request.keys, key_index, steps, times, values)
    return [Rejection(f"metric '{key}'", "The timestamp is before 1970.") for key in early]
