"""Read the tables of an MLflow database, of any version, without ever writing to it.

Columns and tables that an old version does not have are read as their defaults. Nothing is locked for longer than the
rows of one run are read, so that a server may go on writing meanwhile.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from msgspec import structs

from headwater.protocol.errors import InvalidParameterValue, NotSupported, TemporarilyUnavailable
from headwater.protocol.experiments import ExperimentTag, LifecycleStage
from headwater.protocol.imports import PutExperiment, PutRun
from headwater.protocol.inputs import (
    Dataset,
    DatasetInput,
    InputTag,
    ModelInput,
    ModelOutput,
    RunInputs,
    RunOutputs,
)
from headwater.protocol.names import RUN_NAME_TAG
from headwater.protocol.runs import Param, RunStatus, RunTag
from headwater.stores.sql.blocks import Points, concatenate, sort_points
from headwater.stores.sql.connection import chunks, marks

_ROWS = 50_000
_RUNS_READ = 200
MLFLOW_INFINITE = 1.7976931348623157e308
"""What MLflow's databases hold in place of an infinite value."""

_EXPERIMENT = {
    "experiment_id": "",
    "name": "",
    "artifact_location": "''",
    "lifecycle_stage": "'active'",
    "creation_time": "0",
    "last_update_time": "0",
    "workspace": "'default'",
}
_RUN = {
    "run_uuid": "",
    "name": "''",
    "user_id": "''",
    "status": "'FINISHED'",
    "start_time": "0",
    "end_time": "NULL",
    "artifact_uri": "''",
    "lifecycle_stage": "'active'",
    "deleted_time": "NULL",
}
_DATASETS = """
SELECT i.destination_id, i.input_uuid, d.name, d.digest, d.dataset_source_type, d.dataset_source, d.dataset_schema,
  d.dataset_profile
FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id
WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id IN ({marks})
ORDER BY d.name, d.digest
"""
_INPUT_TAGS = """
SELECT t.input_uuid, t.name, t.value FROM input_tags t JOIN inputs i ON i.input_uuid = t.input_uuid
WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id IN ({marks}) ORDER BY t.name
"""
_MODELS = """
SELECT source_type, source_id, destination_id, {step} FROM inputs
WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id IN ({marks}) ORDER BY destination_id
"""
_METRIC = {"key": "", "value": "", "timestamp": "0", "step": "0", "is_nan": "FALSE"}


class _Driver(Protocol):
    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in lists of at most `_ROWS`."""

    def columns(self, table: str) -> set[str]:
        """Return the names of a table's columns; empty if there is no such table."""

    def close(self) -> None:
        """Release the connection."""


class MlflowDatabase:
    """An MLflow database at `sqlite:///path` or `postgresql://…`, opened read-only; for one thread."""

    def __init__(self, uri: str) -> None:
        self._driver = _open(uri)
        if "run_uuid" not in self._driver.columns("runs"):
            self._driver.close()
            raise InvalidParameterValue(
                f"'{uri.rpartition('@')[2]}' is not an MLflow database: it has no table 'runs'."
            )

    def close(self) -> None:
        """Release the connection."""
        self._driver.close()

    def all(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return every row of a query."""
        return [row for rows in self._driver.rows(sql, params) for row in rows]

    def has_table(self, name: str) -> bool:
        """Return whether the database has a table of this name."""
        return bool(self._driver.columns(name))

    def count(self, table: str) -> int:
        """Return how many rows a table has, 0 if there is no such table."""
        return self.all(f"SELECT COUNT(*) FROM {table}")[0][0] if self.has_table(table) else 0  # noqa: S608 - our own words

    def select(
        self, table: str, wanted: dict[str, str], order: str, where: str = "1 = 1", params: Sequence[object] = ()
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a table: columns by name, absent ones and NULLs as the SQL text beside the name."""
        columns = self._select(table, wanted)
        return self.all(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order}", params)  # noqa: S608 - our own words

    def experiments(self) -> list[tuple[PutExperiment, int]]:
        """Return every experiment, deleted or not, and how many runs it has."""
        tags: dict[int, list[ExperimentTag]] = {}
        if self._driver.columns("experiment_tags"):
            for exp_id, key, value in self.all("SELECT experiment_id, key, value FROM experiment_tags ORDER BY key"):
                tags.setdefault(exp_id, []).append(ExperimentTag(key, value or ""))
        runs: dict[int, int] = dict(self.all("SELECT experiment_id, COUNT(*) FROM runs GROUP BY experiment_id"))
        rows = self.all(f"SELECT {self._select('experiments', _EXPERIMENT)} FROM experiments ORDER BY experiment_id")  # noqa: S608 - our own words
        return [(_experiment(row, tags.get(row[0], [])), runs.get(row[0], 0)) for row in rows]

    def runs(self, experiment_id: str) -> Iterator[PutRun]:
        """Yield the runs of an experiment, deleted or not, without their points."""
        columns = self._select("runs", _RUN)
        ids = [
            row[0]
            for row in self.all("SELECT run_uuid FROM runs WHERE experiment_id = ? ORDER BY 1", (int(experiment_id),))
        ]
        for chunk in chunks(ids, _RUNS_READ):
            among = f"run_uuid IN ({marks(chunk)})"
            rows = {row[0]: row for row in self.all(f"SELECT {columns} FROM runs WHERE {among}", chunk)}  # noqa: S608 - marks
            params = self._texts("params", among, chunk)
            tags = self._texts("tags", among, chunk)
            inputs, outputs = self._links(chunk)
            for run_id in chunk:
                if run_id in rows:
                    run = _run(rows[run_id], experiment_id, params.get(run_id, []), tags.get(run_id, []))
                    yield structs.replace(run, inputs=inputs[run_id], outputs=outputs[run_id])

    def _links(self, run_ids: Sequence[str]) -> tuple[dict[str, RunInputs], dict[str, RunOutputs]]:
        """Return what the runs read and made."""
        inputs = {run_id: RunInputs([], []) for run_id in run_ids}
        outputs = {run_id: RunOutputs([]) for run_id in run_ids}
        if not self._driver.columns("inputs"):
            return inputs, outputs
        among = marks(run_ids)
        tags: dict[str, list[InputTag]] = {}
        for input_id, name, value in self.all(_INPUT_TAGS.format(marks=among), run_ids):
            tags.setdefault(input_id, []).append(InputTag(name, value))
        for run_id, input_id, *texts in self.all(_DATASETS.format(marks=among), run_ids):
            dataset = Dataset(*(text or "" for text in texts))
            inputs[run_id].dataset_inputs.append(DatasetInput(dataset, tags.get(input_id, [])))
        step = "step" if "step" in self._driver.columns("inputs") else "0"
        for kind, run_id, model_id, at in self.all(_MODELS.format(step=step, marks=among), run_ids):
            if kind == "RUN_INPUT":
                inputs[run_id].model_inputs.append(ModelInput(model_id))
            else:
                outputs[run_id].model_outputs.append(ModelOutput(model_id, at))
        return inputs, outputs

    def series(self, run_id: str) -> dict[str, Points]:
        """Return the points of a run, by key."""
        sql = f"SELECT {self._select('metrics', _METRIC)} FROM metrics WHERE run_uuid = ?"  # noqa: S608 - our own words
        ids: dict[str, int] = {}
        indexes: list[Any] = []
        parts: list[Points] = []
        for rows in self._driver.rows(sql, (run_id,)):
            keys, values, times, steps, nans = zip(*rows, strict=True)
            indexes.append(np.array([ids.setdefault(key, len(ids)) for key in keys], np.int32))
            parts.append(_points(values, times, steps, nans))
        if not ids:
            return {}
        index, points = np.concatenate(indexes), concatenate(parts)
        if len(ids) == 1:
            return {key: sort_points(points) for key in ids}
        order = np.argsort(index, kind="stable")
        edges = np.searchsorted(index[order], np.arange(len(ids) + 1)).tolist()
        points = points[order]
        return {key: sort_points(points[edges[i] : edges[i + 1]]) for key, i in ids.items()}

    def _texts(self, table: str, among: str, chunk: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        sql = f"SELECT run_uuid, key, value FROM {table} WHERE {among} ORDER BY key"  # noqa: S608 - marks
        for run_id, key, value in self.all(sql, chunk):
            found.setdefault(run_id, []).append((key, value or ""))
        return found

    def _select(self, table: str, wanted: dict[str, str]) -> str:
        """Return the columns to select, absent ones and NULLs as their defaults."""
        present = self._driver.columns(table)
        return ", ".join(_column(name, default, present) for name, default in wanted.items())


def _column(name: str, default: str, present: set[str]) -> str:
    if name not in present:
        return default
    return f"COALESCE({name}, {default})" if default not in {"", "NULL", "FALSE"} else name


def _experiment(row: tuple[Any, ...], tags: list[ExperimentTag]) -> PutExperiment:
    exp_id, name, location, stage, created, updated, workspace = row
    return PutExperiment(
        name if workspace == "default" else f"{workspace}/{name}",
        str(exp_id),
        location,
        LifecycleStage(stage),
        created,
        updated,
        tags,
    )


def _run(
    row: tuple[Any, ...], experiment_id: str, params: list[tuple[str, str]], tags: list[tuple[str, str]]
) -> PutRun:
    run_id, name, user_id, status, start_time, end_time, artifact_uri, stage, deleted_time = row
    return PutRun(
        run_id=run_id,
        experiment_id=experiment_id,
        run_name=name or dict(tags).get(RUN_NAME_TAG, ""),
        user_id=user_id,
        status=RunStatus(status),
        start_time=start_time,
        end_time=end_time,
        artifact_uri=artifact_uri,
        lifecycle_stage=LifecycleStage(stage),
        deleted_time=deleted_time,
        params=[Param(key, value) for key, value in params],
        tags=[RunTag(key, value) for key, value in tags],
    )


def _points(values: Sequence[Any], times: Sequence[Any], steps: Sequence[Any], nans: Sequence[Any]) -> Points:
    exact = np.array(values, np.float64)  # NULL becomes NaN
    exact[np.array(nans, np.bool_)] = np.nan
    exact[exact == MLFLOW_INFINITE] = np.inf
    exact[exact == -MLFLOW_INFINITE] = -np.inf
    return Points(np.array(steps, np.int64), np.array(times, np.int64), exact)


class _Sqlite:
    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise InvalidParameterValue(f"There is no database '{path}'. Give sqlite:///path of an existing file.")
        self._path = path
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)

    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[list[tuple[Any, ...]]]:
        try:
            cursor = self._connection.execute(sql, params)
            while rows := cursor.fetchmany(_ROWS):
                yield rows
        except sqlite3.Error as error:
            raise TemporarilyUnavailable(f"The database '{self._path}' cannot be read: {error}.") from error

    def columns(self, table: str) -> set[str]:
        return {row[0] for rows in self.rows("SELECT name FROM pragma_table_info(?)", (table,)) for row in rows}

    def close(self) -> None:
        self._connection.close()


class _Postgresql:
    def __init__(self, uri: str) -> None:
        try:
            import psycopg  # optional
        except ImportError as error:
            raise NotSupported(
                f"PostgreSQL needs the package psycopg: {error}. Install it with `pip install 'headwater[postgres]'`."
            ) from error
        self._error = psycopg.Error
        self._address = uri.rpartition("@")[2]
        try:
            self._connection = psycopg.connect("postgresql://" + uri.partition("://")[2], connect_timeout=10)
        except psycopg.Error as error:
            raise TemporarilyUnavailable(f"PostgreSQL at '{self._address}' cannot be reached: {error}.") from error
        self._connection.read_only = True

    def rows(self, sql: str, params: Sequence[object] = ()) -> Iterator[list[tuple[Any, ...]]]:
        try:
            with self._connection.transaction(), self._connection.cursor("headwater_import") as cursor:
                cursor.execute(sql.replace("?", "%s").encode(), params)
                while rows := cursor.fetchmany(_ROWS):
                    yield rows
        except self._error as error:
            raise TemporarilyUnavailable(f"PostgreSQL at '{self._address}' cannot be read: {error}.") from error

    def columns(self, table: str) -> set[str]:
        sql = (
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = ? AND table_schema = current_schema()"
        )
        return {row[0] for rows in self.rows(sql, (table,)) for row in rows}

    def close(self) -> None:
        with suppress(self._error):
            self._connection.close()


def _open(uri: str) -> _Driver:
    scheme = uri.partition(":")[0].partition("+")[0]
    if scheme == "sqlite" and uri.partition(":///")[2]:
        return _Sqlite(Path(uri.partition(":///")[2].partition("?")[0]).expanduser())
    if scheme in {"postgresql", "postgres"}:
        return _Postgresql(uri)
    raise NotSupported(
        f"An MLflow database at '{scheme}:' cannot be read. Give sqlite:///path, postgresql://…, or the http address "
        "of an MLflow server over it."
    )
