"""Logged models from elsewhere, put into the database under their ids."""

from collections.abc import Sequence

from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import LifecycleStage
from headwater.protocol.imports import PutLoggedModel
from headwater.protocol.metrics import Metric
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.experiments import find_experiment
from headwater.stores.sql.logged_model_rows import status_number
from headwater.stores.sql.model_metrics import insert_model_metrics
from headwater.stores.sql.rows import find_run
from headwater.stores.sql.writes import append_path, parse_number

_UPSERT = """
INSERT INTO logged_model
  (uuid, exp_id, name, model_type, source_run_id, status, artifact_uri, deleted, deleted_time, creation_time,
   last_update_time)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (uuid) DO UPDATE SET name = excluded.name, model_type = excluded.model_type,
  source_run_id = excluded.source_run_id, status = excluded.status, artifact_uri = excluded.artifact_uri,
  deleted = excluded.deleted, deleted_time = COALESCE(logged_model.deleted_time, excluded.deleted_time),
  creation_time = excluded.creation_time, last_update_time = excluded.last_update_time
RETURNING id
"""
_UPSERT_PARAM = (
    "INSERT INTO logged_model_param (model_id, key_id, value, num) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (model_id, key_id) DO UPDATE SET value = excluded.value, num = excluded.num"
)
_UPSERT_TAG = (
    "INSERT INTO logged_model_tag (model_id, key_id, value) VALUES (?, ?, ?) "
    "ON CONFLICT (model_id, key_id) DO UPDATE SET value = excluded.value"
)


def put_logged_model(connection: Connection, request: PutLoggedModel) -> None:
    """Make or update a model with everything that belongs to it.

    Raises `ResourceAlreadyExists` if another experiment has it, `InvalidParameterValue` if a point's run is not here.
    """
    info, data = request.model.info, request.model.data
    model_id = _upsert(connection, request, find_experiment(connection, info.experiment_id))
    params = {param.key: param.value for param in data.params}
    tags = {tag.key: tag.value for tag in info.tags}
    ids = connection.key_ids({**params, **tags})
    rows = [(model_id, ids[key], value, parse_number(value)) for key, value in params.items()]
    connection.many(_UPSERT_PARAM, rows)
    connection.many(_UPSERT_TAG, [(model_id, ids[key], value) for key, value in tags.items()])
    _put_metrics(connection, info.model_id, model_id, data.metrics)


def _upsert(connection: Connection, request: PutLoggedModel, exp_id: int) -> int:
    info, deleted = request.model.info, request.lifecycle_stage is LifecycleStage.DELETED
    stored = connection.one("SELECT exp_id, artifact_uri FROM logged_model WHERE uuid = ?", (info.model_id,))
    if stored is not None and stored[0] != exp_id:
        raise ResourceAlreadyExists(
            f"Logged model with ID '{info.model_id}' already exists in experiment '{stored[0]}'. Delete one of the two."
        )
    uri = info.artifact_uri or (stored[1] if stored else _default_uri(connection, exp_id, info.model_id))
    return connection.insert(
        _UPSERT,
        (
            info.model_id,
            exp_id,
            info.name,
            info.model_type,
            info.source_run_id,
            status_number(info.status),
            uri,
            int(deleted),
            min(info.last_updated_timestamp_ms, now_ms()) if deleted else None,
            info.creation_timestamp_ms,
            info.last_updated_timestamp_ms,
        ),
    )


def _default_uri(connection: Connection, exp_id: int, model_id: str) -> str:
    row = connection.one("SELECT artifact_location FROM experiment WHERE id = ?", (exp_id,))
    assert row is not None, "the experiment was found in this transaction"
    return append_path(row[0], f"models/{model_id}/artifacts")


def _put_metrics(connection: Connection, uuid: str, model_id: int, metrics: Sequence[Metric]) -> None:
    by_run: dict[str, list[Metric]] = {}
    for metric in metrics:
        own = Metric(
            metric.key, metric.value, metric.timestamp, metric.step, metric.dataset_name, metric.dataset_digest, uuid
        )
        by_run.setdefault(metric.run_id, []).append(own)
    for run_id, points in by_run.items():
        try:
            run = find_run(connection, run_id, active=False)
        except ResourceDoesNotExist as error:
            raise InvalidParameterValue(
                f"Run '{run_id}', which measured points of logged model '{uuid}', is not here. Import it first."
            ) from error
        insert_model_metrics(connection, run, points, {uuid: model_id})
