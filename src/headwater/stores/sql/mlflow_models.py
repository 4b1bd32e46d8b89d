"""Read the logged models of an MLflow database; see `mlflow_schema`."""

import math
from collections.abc import Iterator
from typing import Any, TypeVar

from headwater.protocol.experiments import LifecycleStage
from headwater.protocol.imports import PutLoggedModel
from headwater.protocol.logged_models import (
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
    LoggedModelParam,
    LoggedModelStatus,
    LoggedModelTag,
)
from headwater.protocol.metrics import Metric
from headwater.stores.sql.connection import chunks, marks
from headwater.stores.sql.mlflow_schema import MLFLOW_INFINITE, MlflowDatabase

_MODELS_READ = 200
_STATUSES = tuple(LoggedModelStatus)
_MODEL = {
    "model_id": "",
    "name": "",
    "creation_timestamp_ms": "0",
    "last_updated_timestamp_ms": "0",
    "artifact_location": "''",
    "status": "2",
    "model_type": "''",
    "source_run_id": "''",
    "lifecycle_stage": "'active'",
}
_METRICS = """
SELECT l.model_id, l.metric_name,
  CASE WHEN l.metric_value = 0 AND EXISTS (
    SELECT 1 FROM metrics m WHERE m.run_uuid = l.run_id AND m.key = l.metric_name
      AND m.timestamp = l.metric_timestamp_ms AND m.step = l.metric_step AND m.is_nan
  ) THEN NULL ELSE l.metric_value END,
  l.metric_timestamp_ms, l.metric_step, COALESCE(l.dataset_name, ''), COALESCE(l.dataset_digest, ''), l.run_id
FROM logged_model_metrics l WHERE l.model_id IN ({marks})
ORDER BY l.metric_name, l.metric_step, l.metric_timestamp_ms
"""
"""MLflow writes the NaN of a model as 0, but that of its run as NaN."""

PairT = TypeVar("PairT", LoggedModelParam, LoggedModelTag)


def read_logged_models(database: MlflowDatabase, experiment_id: str) -> Iterator[PutLoggedModel]:
    """Yield the logged models of an experiment, deleted or not; none if the database is older than they are."""
    if not database.has_table("logged_models"):
        return
    rows = database.select("logged_models", _MODEL, "model_id", "experiment_id = ?", (int(experiment_id),))
    for chunk in chunks(rows, _MODELS_READ):
        ids = [row[0] for row in chunk]
        params = _read_pairs(database, "param", ids, LoggedModelParam)
        tags = _read_pairs(database, "tag", ids, LoggedModelTag)
        metrics: dict[str, list[Metric]] = {}
        for model_id, key, value, time, step, name, digest, run_id in database.all(
            _METRICS.format(marks=marks(ids)), ids
        ):
            metric = Metric(key, _number(value), time, step, name, digest, model_id, run_id)
            metrics.setdefault(model_id, []).append(metric)
        for row in chunk:
            info = _info(row, experiment_id, tags.get(row[0], []))
            data = LoggedModelData(params.get(row[0], []), metrics.get(row[0], []))
            yield PutLoggedModel(LoggedModel(info, data), LifecycleStage(row[-1]))


def _read_pairs(database: MlflowDatabase, kind: str, ids: list[str], pair: type[PairT]) -> dict[str, list[PairT]]:
    """Return the params or tags of some models."""
    sql = (
        f"SELECT model_id, {kind}_key, {kind}_value FROM logged_model_{kind}s "  # noqa: S608 - two constants and marks
        f"WHERE model_id IN ({marks(ids)}) ORDER BY {kind}_key"
    )
    found: dict[str, list[PairT]] = {}
    for model_id, key, value in database.all(sql, ids):
        found.setdefault(model_id, []).append(pair(key, value or ""))
    return found


def _info(row: tuple[Any, ...], experiment_id: str, tags: list[LoggedModelTag]) -> LoggedModelInfo:
    model_id, name, created, updated, location, status, model_type, source_run_id, _ = row
    return LoggedModelInfo(
        model_id=model_id,
        experiment_id=experiment_id,
        name=name,
        creation_timestamp_ms=created,
        last_updated_timestamp_ms=updated,
        artifact_uri=location,
        status=_STATUSES[status - 1],
        model_type=model_type,
        source_run_id=source_run_id,
        tags=tags,
    )


def _number(value: float | None) -> float:
    if value is None:
        return math.nan
    return math.copysign(math.inf, value) if abs(value) == MLFLOW_INFINITE else value
