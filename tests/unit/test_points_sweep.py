"""A sweep seals the points of runs that rest, and leaves the others alone."""

import uuid
from collections.abc import Iterator

import numpy as np
import pytest

from headwater.protocol.columns import Sweep
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.runs import CreateRun
from headwater.stores.sql.columns import SqlColumns
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.experiments import SqlExperiments
from headwater.stores.sql.points import insert_points
from headwater.stores.sql.rows import RunRow
from headwater.stores.sql.series import read_series
from headwater.stores.sql.writes import insert_run


@pytest.fixture
def database(database_uri: str) -> Iterator[Database]:
    opened = Database(database_uri)
    yield opened
    opened.close()


def test_points_that_rested_for_a_minute_are_sealed(database: Database) -> None:
    experiment = SqlExperiments(database).create(CreateExperiment(uuid.uuid4().hex)).experiment_id

    def work(connection: Connection) -> list[RunRow]:
        runs = [insert_run(connection, CreateRun(experiment)) for _ in range(2)]
        for run in runs:
            column = np.arange(10)
            insert_points(connection, run, ["loss"], np.zeros(10, np.int32), column, column, np.zeros(10))
        connection.execute("UPDATE run SET hot_since = hot_since - 61000 WHERE id = ?", (runs[0].id,))
        return runs

    resting, busy = database.write(work)

    SqlColumns(database).sweep(Sweep())

    with database.read() as connection:
        key_id = connection.find_key_ids(["loss"])["loss"]
        assert connection.all("SELECT run_id, n FROM block") == [(resting.id, 10)]
        assert connection.all("SELECT run_id, n FROM hot") == [(busy.id, 10)]
        assert connection.all("SELECT id FROM run WHERE hot_points > 0") == [(busy.id,)]
        found = read_series(connection, [resting.id, busy.id], [key_id])
    assert found[resting.id, key_id].values.tolist() == found[busy.id, key_id].values.tolist()


def test_sweeping_twice_changes_nothing_more(database: Database) -> None:
    columns = SqlColumns(database)

    columns.sweep(Sweep())
    columns.sweep(Sweep())

    with database.read() as connection:
        assert connection.all("SELECT COUNT(*) FROM block") == [(0,)]
