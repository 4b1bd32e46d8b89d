"""A chart reads envelopes where they suffice and points where they do not."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from headwater.protocol.columns import QuerySeries, SeriesHeader, XAxis
from headwater.protocol.errors import DataLoss
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.runs import CreateRun
from headwater.stores.sql.columns import SqlColumns
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.experiments import SqlExperiments
from headwater.stores.sql.points import insert_points, seal_run
from headwater.stores.sql.rows import RunRow
from headwater.stores.sql.writes import insert_run

COUNT = 100_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'headwater.db'}")
    yield opened
    opened.close()


@pytest.fixture
def run(database: Database) -> RunRow:
    """Return a run with a sealed series of 100,000 points whose blocks' points were then damaged."""
    experiment = SqlExperiments(database).create(CreateExperiment(uuid.uuid4().hex)).experiment_id
    made = database.write(lambda connection: insert_run(connection, CreateRun(experiment)))

    def work(connection: Connection) -> None:
        steps, values = np.arange(COUNT), np.zeros(COUNT)
        values[1234] = 7.0
        insert_points(connection, made, ["loss"], np.zeros(COUNT, np.int32), steps, 5 * steps, values)
        seal_run(connection, made.id)
        connection.execute("UPDATE block SET data = substr(data, 1, 20)")

    database.write(work)
    return made


@pytest.mark.parametrize("x", list(XAxis))
def test_a_whole_long_series_is_drawn_without_reading_its_points(database: Database, run: RunRow, x: XAxis) -> None:
    found = SqlColumns(database).query_series(QuerySeries([run.uuid], ["loss"], x=x, buckets=300))

    assert found.series == [SeriesHeader(run.uuid, "loss", COUNT, 300, raw=False)]
    assert np.frombuffer(found.data, "<f8").max() == (COUNT - 1) * (5 if x is XAxis.TIME else 1)
    assert np.frombuffer(found.data, "<f8").reshape(4, 300)[2].max() == 7.0


def test_new_points_after_the_sealed_ones_join_the_envelopes(database: Database, run: RunRow) -> None:
    last = np.array([COUNT, COUNT + 1])
    database.write(
        lambda connection: insert_points(connection, run, ["loss"], np.zeros(2, np.int32), last, 5 * last, last * 1.0)
    )

    found = SqlColumns(database).query_series(QuerySeries([run.uuid], ["loss"], buckets=300))

    assert found.series[0].count == COUNT + 2
    assert np.frombuffer(found.data, "<f8").reshape(4, -1)[:, -1].tolist()[2:] == [COUNT + 1, COUNT + 1]


def test_a_zoomed_chart_reads_points_and_says_when_they_were_damaged(database: Database, run: RunRow) -> None:
    with pytest.raises(DataLoss, match="was altered"):
        SqlColumns(database).query_series(QuerySeries([run.uuid], ["loss"], start=100, end=300))
