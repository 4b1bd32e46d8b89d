"""MLflow's tables are read alike from SQLite and PostgreSQL, also those of versions that had fewer columns."""

import math
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from headwater.protocol.experiments import ExperimentTag, LifecycleStage
from headwater.protocol.imports import PutExperiment
from headwater.protocol.runs import Param, RunStatus, RunTag
from headwater.stores.sql.mlflow_registry import read_models
from headwater.stores.sql.mlflow_schema import MlflowDatabase
from headwater.testing.postgres import create_database

NEW = """
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256), artifact_location VARCHAR(256),
  lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT, workspace VARCHAR(63));
INSERT INTO experiments VALUES (0, 'Default', 'mlflow-artifacts:/0', 'active', 5, 6, 'default');
INSERT INTO experiments VALUES (3, 'gone', '', 'deleted', NULL, NULL, 'team');
CREATE TABLE experiment_tags (key VARCHAR(250), value TEXT, experiment_id INTEGER);
INSERT INTO experiment_tags VALUES ('a', '1', 0);
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), user_id VARCHAR(256), status VARCHAR(9),
  start_time BIGINT, end_time BIGINT, lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER,
  deleted_time BIGINT);
INSERT INTO runs VALUES ('r1', 'one', 'ada', 'KILLED', 1, 2, 'deleted', 's3://b/r1', 0, 77);
INSERT INTO runs VALUES ('r2', NULL, NULL, 'RUNNING', 3, NULL, 'active', NULL, 0, NULL);
CREATE TABLE params (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
INSERT INTO params VALUES ('p', 'ü', 'r1');
CREATE TABLE tags (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
INSERT INTO tags VALUES ('mlflow.runName', 'two', 'r2');
CREATE TABLE metrics (key VARCHAR(250), value DOUBLE PRECISION, timestamp BIGINT, run_uuid VARCHAR(32), step BIGINT,
  is_nan BOOLEAN);
INSERT INTO metrics VALUES ('m', 0.1, 10, 'r1', 2, FALSE);
INSERT INTO metrics VALUES ('m', 0, 9, 'r1', 1, TRUE);
INSERT INTO metrics VALUES ('m', 1.7976931348623157e308, 8, 'r1', -4, FALSE);
INSERT INTO metrics VALUES ('n', -1.7976931348623157e308, 8, 'r1', 0, FALSE);
CREATE TABLE inputs (input_uuid VARCHAR(36), source_type VARCHAR(36), source_id VARCHAR(36),
  destination_type VARCHAR(36), destination_id VARCHAR(36), step BIGINT);
INSERT INTO inputs VALUES ('i', 'DATASET', 'd', 'RUN', 'r1', 0);
INSERT INTO inputs VALUES ('j', 'RUN_OUTPUT', 'r1', 'MODEL_OUTPUT', 'm-1', 7);
INSERT INTO inputs VALUES ('k', 'RUN_INPUT', 'r1', 'MODEL_INPUT', 'm-0', 0);
CREATE TABLE input_tags (input_uuid VARCHAR(36), name VARCHAR(255), value VARCHAR(500));
INSERT INTO input_tags VALUES ('i', 'mlflow.data.context', 'training');
CREATE TABLE datasets (dataset_uuid VARCHAR(36), name VARCHAR(500), digest VARCHAR(36), dataset_source_type VARCHAR(36),
  dataset_source TEXT, dataset_schema TEXT, dataset_profile TEXT);
INSERT INTO datasets VALUES ('d', 'wine', 'abc', 'local', '{}', NULL, '{}');
CREATE TABLE registered_models (name VARCHAR(256), creation_time BIGINT, last_updated_time BIGINT,
  description VARCHAR(5000), workspace VARCHAR(63));
INSERT INTO registered_models VALUES ('w', 1, 2, NULL, 'default');
CREATE TABLE model_versions (name VARCHAR(256), version INTEGER, creation_time BIGINT, last_updated_time BIGINT,
  description VARCHAR(5000), current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32), status VARCHAR(20));
INSERT INTO model_versions VALUES ('w', 1, 3, 4, 'd', 'Production', 'runs:/r1/m', 'r1', 'READY');
INSERT INTO model_versions VALUES ('w', 2, 3, 4, NULL, 'Deleted_Internal', '', NULL, 'READY');
CREATE TABLE logged_models (model_id VARCHAR(36));
INSERT INTO logged_models VALUES ('m-1')
"""
OLD = """
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256), artifact_location VARCHAR(256),
  lifecycle_stage VARCHAR(32));
INSERT INTO experiments VALUES (0, 'Default', './mlruns/0', 'active');
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), user_id VARCHAR(256), status VARCHAR(9),
  start_time BIGINT, end_time BIGINT, lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER);
INSERT INTO runs VALUES ('r1', '', 'ada', 'FINISHED', 1, 2, 'active', './mlruns/0/r1/artifacts', 0);
CREATE TABLE params (key VARCHAR(250), value VARCHAR(250), run_uuid VARCHAR(32));
CREATE TABLE tags (key VARCHAR(250), value VARCHAR(250), run_uuid VARCHAR(32));
CREATE TABLE metrics (key VARCHAR(250), value DOUBLE PRECISION, timestamp BIGINT, run_uuid VARCHAR(32));
INSERT INTO metrics VALUES ('m', 0.5, 10, 'r1')
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], MlflowDatabase]]:
    """Yield what opens a database that holds the tables of a script, once of each kind."""
    opened: list[MlflowDatabase] = []

    def fill(script: str) -> MlflowDatabase:
        if request.param == "sqlite":
            uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
            with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
                connection.executescript(script)
        else:
            uri = create_database(request.getfixturevalue("postgres_url"))
            with psycopg.connect(uri) as server:
                server.execute(script.encode())
        opened.append(MlflowDatabase(uri))
        return opened[-1]

    yield fill
    for database in opened:
        database.close()


def test_the_newest_tables(read: Callable[[str], MlflowDatabase]) -> None:
    database = read(NEW)

    experiments, (first, second), series = database.experiments(), database.runs("0"), database.series("r1")

    assert experiments == [
        (
            PutExperiment(
                "Default", "0", "mlflow-artifacts:/0", LifecycleStage.ACTIVE, 5, 6, [ExperimentTag("a", "1")]
            ),
            2,
        ),
        (PutExperiment("team/gone", "3", "", LifecycleStage.DELETED, 0, 0), 0),
    ]
    assert (first.run_name, first.user_id, first.status, first.end_time) == ("one", "ada", RunStatus.KILLED, 2)
    assert (first.lifecycle_stage, first.deleted_time) == (LifecycleStage.DELETED, 77)
    assert (first.params, second.tags) == ([Param("p", "ü")], [RunTag("mlflow.runName", "two")])
    assert (second.run_name, second.user_id, second.artifact_uri, second.end_time) == ("two", "", "", None)
    assert [(entry.dataset.name, entry.dataset.schema, entry.context) for entry in first.inputs.dataset_inputs] == [
        ("wine", "", "training")
    ]
    assert [model.model_id for model in first.inputs.model_inputs] == ["m-0"]
    assert [(model.model_id, model.step) for model in first.outputs.model_outputs] == [("m-1", 7)]
    assert series["m"].steps.tolist() == [-4, 1, 2]
    assert series["m"].times.tolist() == [8, 9, 10]
    assert series["m"].values[0] == math.inf
    assert math.isnan(series["m"].values[1])
    assert (series["m"].values[2], series["n"].values.tolist()) == (0.1, [-math.inf])
    assert database.count("logged_models") == 1


def test_the_registry(read: Callable[[str], MlflowDatabase]) -> None:
    models = read_models(read(NEW))

    assert len(models) == 1
    assert (models[0].model.name, models[0].last_version) == ("w", 2)
    assert [(put.version.version, put.version.current_stage) for put in models[0].versions] == [("1", "Production")]


def test_tables_of_a_version_that_had_fewer_columns(read: Callable[[str], MlflowDatabase]) -> None:
    database = read(OLD)

    (run,) = database.runs("0")

    assert database.experiments() == [(PutExperiment("Default", "0", "./mlruns/0"), 1)]
    assert (run.run_name, run.status, run.deleted_time) == ("", RunStatus.FINISHED, None)
    assert [points.steps.tolist() for points in database.series("r1").values()] == [[0]]
    assert read_models(database) == []
    assert database.count("logged_models") == 0
