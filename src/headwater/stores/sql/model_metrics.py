"""The points that were measured of logged models."""

import struct
from collections.abc import Collection, Sequence

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.metrics import Metric
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.rows import RunRow

_INSERT = """
INSERT INTO logged_model_metric
  (model_id, key_id, step, time, value, bits, run_id, dataset_name, dataset_digest)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_DOUBLE, _BITS = struct.Struct("<d"), struct.Struct("<q")


def write_model_metrics(connection: Connection, run: RunRow, metrics: Sequence[Metric]) -> None:
    """Note points of logged models, each once; raise `InvalidParameterValue` if a model does not exist."""
    if not metrics:
        return
    models = find_models(connection, {metric.model_id for metric in metrics})
    for metric in metrics:
        if metric.model_id not in models:
            raise InvalidParameterValue(describe_unknown_model(metric.model_id))
    insert_model_metrics(connection, run, metrics, models)


def insert_model_metrics(
    connection: Connection, run: RunRow, metrics: Sequence[Metric], models: dict[str, int]
) -> None:
    """Note points of the logged models with these rows' ids, each once."""
    keys = connection.key_ids({metric.key for metric in metrics})
    rows = [
        (
            models[metric.model_id],
            keys[metric.key],
            metric.step,
            metric.timestamp,
            None if metric.value != metric.value else metric.value,
            to_bits(metric.value),
            run.id,
            metric.dataset_name,
            metric.dataset_digest,
        )
        for metric in metrics
    ]
    connection.many(_INSERT, rows)


def find_models(connection: Connection, model_ids: Collection[str]) -> dict[str, int]:
    """Return the row ids of those logged models that exist, deleted or not."""
    found: dict[str, int] = {}
    for chunk in chunks(sorted(model_ids)):
        found.update(connection.all(f"SELECT uuid, id FROM logged_model WHERE uuid IN ({marks(chunk)})", chunk))  # noqa: S608 - marks
    return found


def describe_unknown_model(model_id: str) -> str:
    """Return the message for a point of a model that does not exist."""
    return f"Logged model with ID '{model_id}' not found. Create it before metrics are logged to it."


def to_bits(value: float) -> int:
    """Return the 64 bits of a double as a signed integer."""
    bits: int = _BITS.unpack(_DOUBLE.pack(value))[0]
    return bits


def from_bits(bits: int) -> float:
    """Return the double of these bits."""
    value: float = _DOUBLE.unpack(_BITS.pack(bits))[0]
    return value
