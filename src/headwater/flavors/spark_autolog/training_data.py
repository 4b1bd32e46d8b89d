"""The frame that a model of Spark ML was fitted on: as a dataset of its run, and its first rows."""

from typing import Any

from headwater.models.autolog import EXAMPLE_ROWS
from headwater.protocol.inputs import CONTEXT_TAG, DatasetInput, InputTag
from headwater.tracking.datasets import MetaDataset, Schema

_TYPES = {
    **dict.fromkeys(("tinyint", "smallint", "int"), "integer"),
    **dict.fromkeys(("date", "timestamp"), "datetime"),
    **{name: name for name in ("boolean", "float", "double", "string", "binary")},
    "bigint": "long",
    "vector": "sparkml_vector",
}
_PLAIN = frozenset({"boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "string"})


def describe_frame(frame: Any, context: str) -> list[DatasetInput]:
    """Return what a run says of a frame that it reads: its columns, which takes no pass over the rows."""
    columns = [{"type": _TYPES.get(kind, "any"), "name": name, "required": True} for name, kind in frame.dtypes]
    schema = Schema(tuple(columns)) if all(column["type"] != "any" for column in columns) else None
    return [DatasetInput(MetaDataset(None, schema=schema).to_entity(), [InputTag(CONTEXT_TAG, context)])]


def take_plain_rows(frame: Any, model: Any) -> Any:
    """Return the first rows, without labels, as a pandas frame; None if there are vectors, which tables do not hold."""
    labels = {stage.getLabelCol() for stage in _stages(model) if hasattr(stage, "getLabelCol")}
    columns = [name for name, kind in frame.dtypes if name not in labels]
    kinds = dict(frame.dtypes)
    if not columns or any(kinds[name] not in _PLAIN for name in columns):
        return None
    return frame.select(columns).limit(EXAMPLE_ROWS).toPandas()


def _stages(model: Any) -> list[Any]:
    best = getattr(model, "bestModel", None)
    if best is not None:
        return _stages(best)
    return [found for stage in getattr(model, "stages", ()) for found in _stages(stage)] or [model]
