"""The latest point of a key is the greatest by (step, time, value), whatever the order and size of requests."""

import math
import uuid
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.runs import CreateRun
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.experiments import SqlExperiments
from headwater.stores.sql.points import insert_points, seal_run
from headwater.stores.sql.rows import RunRow
from headwater.stores.sql.series import read_series
from headwater.stores.sql.writes import insert_run

Point = tuple[int, int, float]
RISING: list[Point] = [
    (-5, 9, 1.0),
    (1, 1, 5.0),
    (1, 2, math.nan),
    (1, 2, -math.inf),
    (1, 2, -1.0),
    (1, 2, -0.0),
    (1, 2, 0.0),
    (1, 2, math.inf),
    (2, 0, math.nan),
]
"""Points in the order in which each is later than those before it."""


@pytest.fixture
def database(database_uri: str) -> Iterator[Database]:
    opened = Database(database_uri)
    yield opened
    opened.close()


def create_run(database: Database) -> RunRow:
    experiment = SqlExperiments(database).create(CreateExperiment(uuid.uuid4().hex)).experiment_id
    return database.write(lambda connection: insert_run(connection, CreateRun(experiment)))


def insert(connection: Connection, run: RunRow, keys: list[str], points: list[Point]) -> None:
    """Insert points of the keys in turn."""
    steps, times, values = zip(*points, strict=True)
    insert_points(
        connection,
        run,
        keys,
        (np.arange(len(points)) % len(keys)).astype(np.int32),
        np.array(steps, np.int64),
        np.array(times, np.int64),
        np.array(values, np.float64),
    )


def read_latest(connection: Connection, run: RunRow) -> list[str]:
    rows = connection.all("SELECT step, time, value, special FROM latest WHERE run_id = ? ORDER BY key_id", (run.id,))
    return [str((step, time, {1: math.nan, 2: -0.0}.get(special, value))) for step, time, value, special in rows]


@pytest.mark.parametrize("size", [1, 2, 9])
def test_the_greatest_point_stays_whatever_the_order_of_requests(database: Database, size: int) -> None:
    for seed in range(6):
        run = create_run(database)
        order = np.random.default_rng(seed).permutation(len(RISING)).tolist()
        for start in range(0, len(order), size):
            part = [RISING[place] for place in order[start : start + size]]
            database.write(partial(insert, run=run, keys=["loss"], points=part))

            with database.read() as connection:
                latest = read_latest(connection, run)
            assert latest == [str(RISING[max(order[: start + size])])]


def test_a_request_of_many_keys_keeps_the_greatest_of_each(database: Database) -> None:
    run = create_run(database)
    points = [(step % 7, step % 3, float(step)) for step in range(60)]

    database.write(partial(insert, run=run, keys=["a", "b", "c"], points=points))

    with database.read() as connection:
        latest = read_latest(connection, run)
    assert latest == [str(max(points[first::3])) for first in range(3)]


def test_a_key_named_twice_in_a_request_is_one_key(database: Database) -> None:
    run = create_run(database)
    points = [(step, step, float(step)) for step in range(10)]

    database.write(partial(insert, run=run, keys=["a", "a"], points=points))

    with database.read() as connection:
        key_id = connection.find_key_ids(["a"])["a"]
        found = read_series(connection, [run.id], [key_id])[run.id, key_id]
        latest = read_latest(connection, run)
    assert found.steps.tolist() == list(range(10))
    assert latest == [str((9, 9, 9.0))]


def test_a_failed_write_leaves_no_points(database: Database) -> None:
    run = create_run(database)

    def work(connection: Connection) -> None:
        insert(connection, run, ["a"], [(1, 1, 1.0)] * 10)
        seal_run(connection, run.id)
        raise InvalidParameterValue("Changed my mind.")

    with pytest.raises(InvalidParameterValue):
        database.write(work)

    with database.read() as connection:
        assert connection.all("SELECT hot_points FROM run WHERE id = ?", (run.id,)) == [(0,)]
        assert read_latest(connection, run) == []
        assert connection.find_key_ids(["a"]) == {}


def test_a_run_without_points_can_be_sealed(database: Database) -> None:
    run = create_run(database)

    database.write(lambda connection: seal_run(connection, run.id))

    with database.read() as connection:
        assert read_series(connection, [run.id], [1]) == {}
