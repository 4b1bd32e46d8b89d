"""Rows of logged models: finding one, and turning rows into what goes on the wire."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.logged_models import (
    MODEL_VERSIONS_TAG,
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
    LoggedModelParam,
    LoggedModelStatus,
    LoggedModelTag,
    Registration,
)
from headwater.protocol.metrics import Metric
from headwater.stores.sql.connection import Connection, Dialect, Row, chunks, marks
from headwater.stores.sql.model_metrics import from_bits

_COLUMNS = "id, uuid, exp_id, name, creation_time, last_update_time, artifact_uri, status, model_type, source_run_id"
_METRICS = """
SELECT m.model_id, m.key_id, m.bits, m.time, m.step, m.dataset_name, m.dataset_digest, r.uuid
FROM logged_model_metric m JOIN run r ON r.id = m.run_id WHERE m.model_id IN ({marks})
"""
_STATUSES = tuple(LoggedModelStatus)


@dataclass(frozen=True, slots=True)
class ModelRow:
    """What a write must know of a model: its row's id, its model id and its experiment."""

    id: int
    uuid: str
    exp_id: int


class _Version(msgspec.Struct, frozen=True):
    name: str
    version: str | int


def find_model(connection: Connection, uuid: str, *, deleted_too: bool) -> ModelRow:
    """Return the model of this id; inside a write, keep other servers from changing it until the commit.

    Raises `ResourceDoesNotExist` if there is none, or if it is deleted and only others are asked for.
    """
    lock = " FOR NO KEY UPDATE" if connection.writable and connection.dialect is Dialect.POSTGRESQL else ""
    row = connection.one(f"SELECT id, exp_id, deleted FROM logged_model WHERE uuid = ?{lock}", (uuid,))  # noqa: S608 - two constants
    if row is None or (row[2] and not deleted_too):
        raise ResourceDoesNotExist(f"Logged model with ID '{uuid}' not found.")
    return ModelRow(row[0], uuid, row[1])


def load_model_uri(connection: Connection, model: ModelRow) -> str:
    """Return where a model's artifacts are."""
    row = connection.one("SELECT artifact_uri FROM logged_model WHERE id = ?", (model.id,))
    assert row is not None, "the model was found in this transaction"
    return str(row[0])


def status_number(status: LoggedModelStatus) -> int:
    """Return how the database spells a status."""
    return _STATUSES.index(status) + 1


def load_models(connection: Connection, model_ids: Sequence[int]) -> list[LoggedModel]:
    """Return whole models by their rows' ids, in that order; ids that do not exist are left out."""
    rows: dict[int, Row] = {}
    data = {model_id: LoggedModelData([], []) for model_id in model_ids}
    tags: dict[int, list[LoggedModelTag]] = {model_id: [] for model_id in model_ids}
    for chunk in chunks(model_ids):
        among = marks(chunk)
        for row in connection.all(f"SELECT {_COLUMNS} FROM logged_model WHERE id IN ({among})", chunk):  # noqa: S608 - marks
            rows[row[0]] = row
        for model_id, key, value in _read_texts(connection, "logged_model_param", chunk):
            data[model_id].params.append(LoggedModelParam(key, value))
        for model_id, key, value in _read_texts(connection, "logged_model_tag", chunk):
            tags[model_id].append(LoggedModelTag(key, value))
        _load_metrics(connection, chunk, rows, data)
    return [LoggedModel(_info(rows[id_], tags[id_]), data[id_]) for id_ in model_ids if id_ in rows]


def _read_texts(connection: Connection, table: str, model_ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """Return model, key and value of the params or tags, by key."""
    sql = f"SELECT model_id, key_id, value FROM {table} WHERE model_id IN ({marks(model_ids)})"  # noqa: S608 - marks
    found = connection.all(sql, model_ids)
    names = connection.key_names({row[1] for row in found})
    return sorted((model_id, names[key_id], value) for model_id, key_id, value in found)


def _load_metrics(
    connection: Connection, model_ids: Sequence[int], rows: dict[int, Row], data: dict[int, LoggedModelData]
) -> None:
    found = connection.all(_METRICS.format(marks=marks(model_ids)), model_ids)
    names = connection.key_names({row[1] for row in found})
    for model_id, key_id, bits, time, step, dataset_name, dataset_digest, run_id in found:
        metric = Metric(
            names[key_id], from_bits(bits), time, step, dataset_name, dataset_digest, rows[model_id][1], run_id
        )
        data[model_id].metrics.append(metric)
    for model_id in model_ids:
        data[model_id].metrics.sort(key=_place)


def _place(metric: Metric) -> tuple[str, int, int]:
    return metric.key, metric.step, metric.timestamp


def _info(row: Row, tags: list[LoggedModelTag]) -> LoggedModelInfo:
    _, uuid, exp_id, name, created, updated, artifact_uri, status, model_type, source_run_id = row
    return LoggedModelInfo(
        model_id=uuid,
        experiment_id=str(exp_id),
        name=name,
        creation_timestamp_ms=created,
        last_updated_timestamp_ms=updated,
        artifact_uri=artifact_uri,
        status=_STATUSES[status - 1],
        model_type=model_type,
        source_run_id=source_run_id,
        tags=tags,
        registrations=_registrations(tags),
    )


def _registrations(tags: list[LoggedModelTag]) -> list[Registration]:
    """Return what the tag about registered versions says; whoever set it may have written anything."""
    text = next((tag.value for tag in tags if tag.key == MODEL_VERSIONS_TAG), "")
    try:
        versions = msgspec.json.decode(text or "[]", type=list[_Version])
    except msgspec.MsgspecError:
        return []
    return [Registration(version.name, str(version.version)) for version in versions]
