"""Experiments and runs from elsewhere, put into the database as they were there; and whole series read back."""

from collections.abc import Sequence

import numpy as np

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import LifecycleStage
from headwater.protocol.imports import (
    PointColumns,
    PutExperiment,
    PutExperimentResponse,
    PutLoggedModel,
    PutModel,
    PutRun,
    PutRuns,
    PutRunsResponse,
    ReadPoints,
    ReadPointsResponse,
    RunSummary,
    SeriesSummary,
    SummarizeRuns,
    SummarizeRunsResponse,
)
from headwater.protocol.inputs import RunInputs, RunOutputs
from headwater.stores.sql.blocks import NO_POINTS, Points, digest_points
from headwater.stores.sql.connection import Connection, Dialect
from headwater.stores.sql.database import Database
from headwater.stores.sql.experiments import find_experiment
from headwater.stores.sql.import_logged_models import put_logged_model
from headwater.stores.sql.import_models import put_model
from headwater.stores.sql.inputs import write_inputs, write_outputs
from headwater.stores.sql.metrics import in_time_order
from headwater.stores.sql.points import insert_series
from headwater.stores.sql.rows import RunRow, find_run, load_runs
from headwater.stores.sql.series import find_runs, read_series
from headwater.stores.sql.writes import append_path, parse_number

_LARGEST_ID = 10**18 - 10**9
"""A larger id is not kept: those that the database counts on from it would not be ids any more."""

_KEYS_READ = 50
_RUN_COLUMNS = "name, user_id, status, start_time, end_time, artifact_uri, deleted, deleted_time"
_INSERT_RUN = (
    "INSERT INTO run (name, user_id, status, start_time, end_time, artifact_uri, deleted, deleted_time, uuid, exp_id, "
    "changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id"
)
_UPDATE_RUN = (
    "UPDATE run SET name = ?, user_id = ?, status = ?, start_time = ?, end_time = ?, artifact_uri = ?, deleted = ?, "
    "deleted_time = ?, lost = 0 WHERE id = ?"
)
_UPSERT_EXPERIMENT_TAG = (
    "INSERT INTO experiment_tag (exp_id, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (exp_id, key) DO UPDATE SET value = excluded.value"
)
_UPSERT_PARAM = (
    "INSERT INTO param (exp_id, key_id, run_id, value, num) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (run_id, key_id) DO UPDATE SET value = excluded.value, num = excluded.num"
)
_UPSERT_TAG = (
    "INSERT INTO tag (exp_id, key_id, run_id, value) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (run_id, key_id) DO UPDATE SET value = excluded.value"
)
_COUNT_ON = (
    "SELECT setval(pg_get_serial_sequence('experiment', 'id'), "
    "GREATEST((SELECT MAX(id) FROM experiment), nextval(pg_get_serial_sequence('experiment', 'id'))))"
)


class SqlImports:
    """Puts and reads whole things; satisfies `headwater.stores.interface.Imports`. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_experiment(self, request: PutExperiment) -> PutExperimentResponse:
        """See `PutExperiment`."""
        request.check()
        return self._database.write(lambda connection: _put_experiment(connection, request))

    def put_runs(self, request: PutRuns) -> PutRunsResponse:
        """See `PutRuns`."""
        request.check()

        def work(connection: Connection) -> int:
            return sum([_put_run(connection, run) for run in request.runs])

        return PutRunsResponse(self._database.write(work))

    def put_logged_model(self, request: PutLoggedModel) -> Empty:
        """See `PutLoggedModel`."""
        request.check()
        self._database.write(lambda connection: put_logged_model(connection, request))
        return Empty()

    def put_model(self, request: PutModel) -> Empty:
        """See `PutModel`."""
        request.check()
        self._database.write(lambda connection: put_model(connection, request))
        return Empty()

    def summarize(self, request: SummarizeRuns) -> SummarizeRunsResponse:
        """See `SummarizeRuns`."""
        request.check()
        with self._database.read() as connection:
            rows = find_runs(connection, list(dict.fromkeys(request.run_ids)))
            return SummarizeRunsResponse(
                [
                    RunSummary(run_id, _summarize(connection, rows[run_id]))
                    for run_id in dict.fromkeys(request.run_ids)
                    if run_id in rows
                ]
            )

    def read_points(self, request: ReadPoints) -> ReadPointsResponse:
        """See `ReadPoints`."""
        request.check()
        with self._database.read() as connection:
            run, keys = find_run(connection, request.run_id, active=False), connection.find_key_ids([request.key])
            found = read_series(connection, [run.id], list(keys.values())) if keys else {}
        points = in_time_order(next(iter(found.values()), NO_POINTS))
        page = points[request.start : request.start + request.limit]
        columns = (page.steps.tobytes(), page.times.tobytes(), page.values.tobytes())
        return ReadPointsResponse(PointColumns(request.key, *columns), len(points))


def _put_experiment(connection: Connection, request: PutExperiment) -> PutExperimentResponse:
    row = connection.one("SELECT id FROM experiment WHERE name = ?", (request.name,))
    exp_id = row[0] if row else _insert_experiment(connection, request)
    if row and str(exp_id) == request.experiment_id:
        deleted = int(request.lifecycle_stage is LifecycleStage.DELETED)
        connection.execute(
            "UPDATE experiment SET deleted = ?, creation_time = ?, last_update_time = ? WHERE id = ?",
            (deleted, request.creation_time, request.last_update_time, exp_id),
        )
    tags = {tag.key: tag.value for tag in request.tags}
    connection.many(_UPSERT_EXPERIMENT_TAG, [(exp_id, key, value) for key, value in tags.items()])
    return PutExperimentResponse(str(exp_id), is_new=row is None)


def _insert_experiment(connection: Connection, request: PutExperiment) -> int:
    deleted = int(request.lifecycle_stage is LifecycleStage.DELETED)
    columns = "name, artifact_location, deleted, creation_time, last_update_time"
    values = (request.name, request.artifact_location, deleted, request.creation_time, request.last_update_time)
    wanted = int(request.experiment_id or -1)
    if 0 <= wanted <= _LARGEST_ID and not connection.one("SELECT 1 FROM experiment WHERE id = ?", (wanted,)):
        sql = f"INSERT INTO experiment ({columns}, id) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"  # noqa: S608 - constant
        exp_id = connection.insert(sql, (*values, wanted))
        if connection.dialect is Dialect.POSTGRESQL:
            connection.all(_COUNT_ON)
    else:
        sql = f"INSERT INTO experiment ({columns}) VALUES (?, ?, ?, ?, ?) RETURNING id"  # noqa: S608 - constant
        exp_id = connection.insert(sql, values)
    if not request.artifact_location:
        location = f"mlflow-artifacts:/{exp_id}"
        connection.execute("UPDATE experiment SET artifact_location = ? WHERE id = ?", (location, exp_id))
    return exp_id


def _put_run(connection: Connection, request: PutRun) -> bool:
    """Make or update one run; return whether it is new."""
    exp_id = find_experiment(connection, request.experiment_id)
    is_new = connection.one("SELECT 1 FROM run WHERE uuid = ?", (request.run_id,)) is None
    run = _insert_run(connection, exp_id, request) if is_new else find_run(connection, request.run_id, active=False)
    changes = [is_new or _update_run(connection, run, request)]
    params = [(param.key, param.value) for param in request.params]
    for key_id, text in _changed(connection, "param", run, params):
        connection.execute(_UPSERT_PARAM, (run.exp_id, key_id, run.id, text, parse_number(text)))
        changes.append(True)
    for key_id, text in _changed(connection, "tag", run, [(tag.key, tag.value) for tag in request.tags]):
        connection.execute(_UPSERT_TAG, (run.exp_id, key_id, run.id, text))
        changes.append(True)
    if request.inputs != RunInputs() or request.outputs != RunOutputs():
        _put_links(connection, run, request)
    if request.series:
        insert_series(connection, run, {columns.key: _decode(columns) for columns in request.series})
    if any(changes) or request.series:
        connection.touch(run.id)
    return is_new


def _insert_run(connection: Connection, exp_id: int, request: PutRun) -> RunRow:
    uri = request.artifact_uri
    if not uri:
        row = connection.one("SELECT artifact_location FROM experiment WHERE id = ?", (exp_id,))
        assert row is not None, "the experiment was found in this transaction"
        uri = append_path(row[0], f"{request.run_id}/artifacts")
    row_id = connection.insert(_INSERT_RUN, (*_run_values(request, uri), request.run_id, exp_id))
    return RunRow(row_id, request.run_id, exp_id, deleted=request.lifecycle_stage is LifecycleStage.DELETED)


def _update_run(connection: Connection, run: RunRow, request: PutRun) -> bool:
    """Give a run that exists what the request says; return whether anything changed."""
    stored = connection.one(f"SELECT {_RUN_COLUMNS} FROM run WHERE id = ?", (run.id,))  # noqa: S608 - constant
    assert stored is not None, "the run was found in this transaction"
    values = _run_values(request, request.artifact_uri or stored[5])
    if tuple(stored) == values:
        return False
    connection.execute(_UPDATE_RUN, (*values, run.id))
    return True


def _run_values(request: PutRun, artifact_uri: str) -> tuple[object, ...]:
    deleted = request.lifecycle_stage is LifecycleStage.DELETED
    return (
        request.run_name,
        request.user_id,
        str(request.status),
        request.start_time,
        request.end_time,
        artifact_uri,
        int(deleted),
        request.deleted_time if deleted else None,
    )


def _put_links(connection: Connection, run: RunRow, request: PutRun) -> None:
    """Note the inputs and outputs that the run does not have yet."""
    stored = load_runs(connection, [run.id])[0]
    known = {(entry.dataset.name, entry.dataset.digest) for entry in stored.inputs.dataset_inputs}
    datasets = [
        entry for entry in request.inputs.dataset_inputs if (entry.dataset.name, entry.dataset.digest) not in known
    ]
    models = [model for model in request.inputs.model_inputs if model not in stored.inputs.model_inputs]
    made = [model for model in request.outputs.model_outputs if model not in stored.outputs.model_outputs]
    if datasets or models:
        write_inputs(connection, run, datasets, models)
    if made:
        write_outputs(connection, run, made)


def _changed(
    connection: Connection, table: str, run: RunRow, texts: Sequence[tuple[str, str]]
) -> list[tuple[int, str]]:
    """Return the key ids and values that the run does not have yet, or has with another value."""
    if not texts:
        return []
    ids = connection.key_ids([key for key, _ in texts])
    stored: dict[int, str] = dict(connection.all(f"SELECT key_id, value FROM {table} WHERE run_id = ?", (run.id,)))  # noqa: S608 - two constants
    return [(ids[key], text) for key, text in texts if stored.get(ids[key]) != text]


def _decode(columns: PointColumns) -> Points:
    steps = np.frombuffer(columns.steps, "<i8").astype(np.int64, copy=False)
    times = np.frombuffer(columns.timestamps, "<i8").astype(np.int64, copy=False)
    if len(times) and times.min() < 0:
        raise InvalidParameterValue(
            f"A point of metric '{columns.key}' has the timestamp '{times.min()}': before 1970."
        )
    return Points(steps, times, np.frombuffer(columns.values, "<f8").astype(np.float64, copy=False))


def _summarize(connection: Connection, run_id: int) -> list[SeriesSummary]:
    key_ids = [row[0] for row in connection.all("SELECT key_id FROM latest WHERE run_id = ?", (run_id,))]
    names = connection.key_names(key_ids)
    summaries = []
    for start in range(0, len(key_ids), _KEYS_READ):
        found = read_series(connection, [run_id], key_ids[start : start + _KEYS_READ])
        summaries += [
            SeriesSummary(names[key_id], len(points), digest_points(points)) for (_, key_id), points in found.items()
        ]
    return sorted(summaries, key=lambda summary: summary.key)
