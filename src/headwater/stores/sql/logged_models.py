"""Logged models in the database."""

import json
import uuid
from collections.abc import Sequence

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.logged_models import (
    CreateLoggedModel,
    DeleteLoggedModel,
    DeleteLoggedModelTag,
    FinalizeLoggedModel,
    GetLoggedModel,
    ListLoggedModelArtifacts,
    ListLoggedModelArtifactsResponse,
    LoggedModel,
    LoggedModelParam,
    LoggedModelResponse,
    LoggedModelStatus,
    LoggedModelTag,
    LogLoggedModelParams,
    RecordModel,
    SearchLoggedModels,
    SearchLoggedModelsResponse,
    SetLoggedModelTags,
)
from headwater.protocol.run_names import make_run_name
from headwater.stores.interface import Locations
from headwater.stores.sql.artifacts import find_root, join_paths, list_folder, list_location, read_below
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, marks
from headwater.stores.sql.database import Database
from headwater.stores.sql.experiments import find_active_experiment
from headwater.stores.sql.logged_model_rows import ModelRow, find_model, load_model_uri, load_models, status_number
from headwater.stores.sql.rows import RunRow, find_run
from headwater.stores.sql.search_logged_models import search_models
from headwater.stores.sql.writes import append_path, parse_number

_HISTORY_TAG = "mlflow.log-model.history"
_MANDATORY = {"artifact_path", "flavors", "utc_time_created", "run_id"}
_INSERT = """
INSERT INTO logged_model
  (uuid, exp_id, name, model_type, source_run_id, status, artifact_uri, creation_time, last_update_time)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_UPSERT_TAG = (
    "INSERT INTO logged_model_tag (model_id, key_id, value) VALUES (?, ?, ?) "
    "ON CONFLICT (model_id, key_id) DO UPDATE SET value = excluded.value"
)


class SqlLoggedModels:
    """Logged models, their params and tags, in a database. Thread-safe."""

    def __init__(self, database: Database, locations: Locations) -> None:
        self._database = database
        self._locations = locations

    def create(self, request: CreateLoggedModel) -> LoggedModelResponse:
        """Create a model that is pending."""
        request.check()
        return LoggedModelResponse(self._database.write(lambda connection: _insert(connection, request)))

    def search(self, request: SearchLoggedModels) -> SearchLoggedModelsResponse:
        """Return one page of the models that match."""
        request.check()
        with self._database.read() as connection:
            ids, token = search_models(connection, request)
            return SearchLoggedModelsResponse(load_models(connection, ids), token)

    def get(self, request: GetLoggedModel) -> LoggedModelResponse:
        """Return a model."""
        request.check()
        with self._database.read() as connection:
            model = find_model(connection, request.model_id, deleted_too=request.allow_deleted)
            return LoggedModelResponse(load_models(connection, [model.id])[0])

    def finalize(self, request: FinalizeLoggedModel) -> LoggedModelResponse:
        """Set the status."""
        request.check()

        def work(connection: Connection) -> LoggedModel:
            model = find_model(connection, request.model_id, deleted_too=False)
            status = status_number(request.status)
            connection.execute("UPDATE logged_model SET status = ? WHERE id = ?", (status, model.id))
            return _touched(connection, model)

        return LoggedModelResponse(self._database.write(work))

    def delete(self, request: DeleteLoggedModel) -> Empty:
        """Move a model to the trash."""
        request.check()

        def work(connection: Connection) -> None:
            model = find_model(connection, request.model_id, deleted_too=True)
            connection.execute(
                "UPDATE logged_model SET deleted = 1, deleted_time = ? WHERE id = ? AND deleted = 0",
                (now_ms(), model.id),
            )

        self._database.write(work)
        return Empty()

    def set_tags(self, request: SetLoggedModelTags) -> LoggedModelResponse:
        """Set or replace tags, also of a deleted model."""
        request.check()

        def work(connection: Connection) -> LoggedModel:
            model = find_model(connection, request.model_id, deleted_too=True)
            _write_tags(connection, model, request.tags)
            return _touched(connection, model)

        return LoggedModelResponse(self._database.write(work))

    def delete_tag(self, request: DeleteLoggedModelTag) -> Empty:
        """Remove one tag; it must be there."""
        request.check()

        def work(connection: Connection) -> None:
            model = find_model(connection, request.model_id, deleted_too=True)
            key_id = connection.find_key_ids([request.tag_key]).get(request.tag_key)
            sql = "DELETE FROM logged_model_tag WHERE model_id = ? AND key_id = ?"
            if not connection.execute(sql, (model.id, key_id)):
                raise ResourceDoesNotExist(
                    f"No tag with key '{request.tag_key}' found for model with ID '{request.model_id}'."
                )
            _touch(connection, model)

        self._database.write(work)
        return Empty()

    def log_params(self, request: LogLoggedModelParams) -> Empty:
        """Log params, which must be new or have the values that they have."""
        request.check()

        def work(connection: Connection) -> None:
            model = find_model(connection, request.model_id, deleted_too=False)
            _write_params(connection, model, request.params)
            _touch(connection, model)

        self._database.write(work)
        return Empty()

    def list_artifacts(self, request: ListLoggedModelArtifacts) -> ListLoggedModelArtifactsResponse:
        """Return one folder of a model; a model whose artifacts are kept where we do not serve them has no files."""
        request.check()
        path = request.artifact_directory_path
        with self._database.read() as connection:
            model = find_model(connection, request.model_id, deleted_too=False)
            uri = load_model_uri(connection, model)
            root = find_root(uri)
            entries = read_below(connection, join_paths(root, path)) if root else []
        if root:
            return ListLoggedModelArtifactsResponse(uri, list_folder(entries, path))
        return ListLoggedModelArtifactsResponse(uri, list_location(self._locations, uri, path))

    def record(self, request: RecordModel) -> Empty:
        """Append a model to the tag of its run that lists them."""
        request.check()
        record = _parse_record(request.model_json)

        def work(connection: Connection) -> None:
            run = find_run(connection, request.run_id, active=True)
            _append_record(connection, run, record)

        self._database.write(work)
        return Empty()


def _insert(connection: Connection, request: CreateLoggedModel) -> LoggedModel:
    exp_id = find_active_experiment(connection, request.experiment_id)
    row = connection.one("SELECT artifact_location FROM experiment WHERE id = ?", (exp_id,))
    assert row is not None, "the experiment was found in this transaction"
    model_id = f"m-{uuid.uuid4().hex}"
    now = now_ms()
    values = (
        model_id,
        exp_id,
        request.name or make_run_name(),
        request.model_type,
        request.source_run_id,
        status_number(LoggedModelStatus.PENDING),
        append_path(row[0], f"models/{model_id}/artifacts"),
        now,
        now,
    )
    model = ModelRow(connection.insert(_INSERT, values), model_id, exp_id)
    _write_params(connection, model, request.params)
    _write_tags(connection, model, request.tags)
    return load_models(connection, [model.id])[0]


def _write_params(connection: Connection, model: ModelRow, params: Sequence[LoggedModelParam]) -> None:
    if not params:
        return
    values = {param.key: param.value for param in params}
    ids = connection.key_ids(values)
    sql = f"SELECT key_id, value FROM logged_model_param WHERE model_id = ? AND key_id IN ({marks(ids)})"  # noqa: S608 - marks
    stored: dict[int, str] = dict(connection.all(sql, (model.id, *ids.values())))
    for param in params:
        old = stored.setdefault(ids[param.key], param.value)
        if old != param.value:
            raise InvalidParameterValue(
                f"Changing param values is not allowed. Param with key='{param.key}' was already logged with "
                f"value='{old[:500]}' for model ID='{model.uuid}'. Attempted logging new value '{param.value[:500]}'."
            )
    connection.many(
        "INSERT INTO logged_model_param (model_id, key_id, value, num) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(model.id, ids[key], value, parse_number(value)) for key, value in values.items()],
    )


def _write_tags(connection: Connection, model: ModelRow, tags: Sequence[LoggedModelTag]) -> None:
    values = {tag.key: tag.value for tag in tags}
    ids = connection.key_ids(values)
    connection.many(_UPSERT_TAG, [(model.id, ids[key], value) for key, value in values.items()])


def _touch(connection: Connection, model: ModelRow) -> None:
    connection.execute("UPDATE logged_model SET last_update_time = ? WHERE id = ?", (now_ms(), model.id))


def _touched(connection: Connection, model: ModelRow) -> LoggedModel:
    _touch(connection, model)
    return load_models(connection, [model.id])[0]


def _parse_record(text: str) -> dict[str, object]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"Malformed model info. \n {text[:1000]} \n is not a valid JSON."
        raise InvalidParameterValue(message) from error
    if not isinstance(record, dict):
        raise InvalidParameterValue(f"Malformed model info. \n {text[:1000]} \n is not a JSON object.")
    if absent := _MANDATORY.difference(record):
        raise InvalidParameterValue(f"Model json is missing mandatory fields: {absent}")
    return record


def _parse_history(text: str) -> list[object]:
    try:
        history = json.loads(text)
    except ValueError:
        history = None
    if not isinstance(history, list):
        raise InvalidParameterValue(f"The run's tag '{_HISTORY_TAG}' is no JSON list: '{text[:200]}'. Remove it.")
    return history


def _append_record(connection: Connection, run: RunRow, record: dict[str, object]) -> None:
    key_id = connection.key_ids([_HISTORY_TAG])[_HISTORY_TAG]
    row = connection.one("SELECT value FROM tag WHERE run_id = ? AND key_id = ?", (run.id, key_id))
    history = _parse_history(row[0] if row else "[]")
    if record in history:
        return
    # Not cut at a tag's limit: half a list is none.
    connection.execute(
        "INSERT INTO tag (exp_id, key_id, run_id, value) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (run_id, key_id) DO UPDATE SET value = excluded.value",
        (run.exp_id, key_id, run.id, json.dumps([*history, record])),
    )
    connection.touch(run.id)
