"""What is written in any order and sealed at any moment reads back as a plain set of points."""

import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.protocol.columns import QuerySeries, XAxis
from headwater.stores.sql.blocks import Points, rank_values
from headwater.stores.sql.charts import Line, read_lines
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.points import insert_points, seal_run
from headwater.stores.sql.rows import RunRow
from headwater.stores.sql.series import read_series

Row = tuple[int, int, int]
KEYS = ["loss", "acc", "lr"]
VALUES = [
    0.0,
    -0.0,
    1.5,
    -1.5,
    math.inf,
    -math.inf,
    math.nan,
    5e-324,
    struct.unpack("<d", b"\x01\0\0\0\0\0\xf0\x7f")[0],
]
SMALL = st.tuples(
    st.integers(0, 2),
    st.integers(-3, 3) | st.sampled_from([-(2**63), 2**63 - 1]),
    st.integers(0, 3),
    st.sampled_from(VALUES),
)
BATCH = st.lists(SMALL, min_size=1, max_size=30)
OPERATION = BATCH | st.sampled_from(["seal", "seal all"])


@contextmanager
def one_run() -> Iterator[tuple[Database, RunRow]]:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'headwater.db'}")
        try:
            yield database, database.write(make_run)
        finally:
            database.close()


def make_run(connection: Connection) -> RunRow:
    exp_id = connection.insert(
        "INSERT INTO experiment (name, artifact_location, creation_time, last_update_time) "
        "VALUES (?, '', 0, 0) RETURNING id",
        ("model",),
    )
    run_id = connection.insert(
        "INSERT INTO run (uuid, exp_id, name, status, start_time, artifact_uri, changed) "
        "VALUES (?, ?, 'run', 'RUNNING', 0, '', 0) RETURNING id",
        ("r1", exp_id),
    )
    return RunRow(run_id, "r1", exp_id, deleted=False)


def insert(database: Database, run: RunRow, batch: list[tuple[int, int, int, float]]) -> None:
    index, steps, times, values = zip(*batch, strict=True)
    columns = (np.array(steps, np.int64), np.array(times, np.int64), np.array(values, np.float64))
    database.write(lambda connection: insert_points(connection, run, KEYS, np.array(index, np.int32), *columns))


def seal(database: Database, run: RunRow, how: str) -> None:
    database.write(lambda connection: seal_run(connection, run.id, merge_all=how == "seal all"))


def rows_of(points: Points) -> list[Row]:
    return list(zip(points.steps.tolist(), points.times.tolist(), rank_values(points.values).tolist(), strict=True))


def read_all(database: Database, run: RunRow) -> dict[str, list[Row]]:
    with database.read() as connection:
        names = {key_id: name for name, key_id in connection.find_key_ids(KEYS).items()}
        found = read_series(connection, [run.id], list(names))
    return {names[key_id]: rows_of(points) for (_, key_id), points in found.items()}


def read_latest(database: Database, run: RunRow) -> dict[str, Row]:
    with database.read() as connection:
        rows = connection.all("SELECT key_id, step, time, value, special FROM latest WHERE run_id = ?", (run.id,))
        names = connection.key_names([row[0] for row in rows])
    latest: dict[str, Row] = {}
    for key_id, step, time, value, special in rows:
        exact = math.nan if special == 1 else -0.0 if special == 2 else value
        latest[names[key_id]] = (step, time, int(rank_values(np.array([exact]))[0]))
    return latest


def model_of(batches: list[list[tuple[int, int, int, float]]]) -> dict[str, list[Row]]:
    model: dict[str, set[Row]] = {}
    for batch in batches:
        ranks = rank_values(np.array([row[3] for row in batch])).tolist()
        for (index, step, time, _), rank in zip(batch, ranks, strict=True):
            model.setdefault(KEYS[index], set()).add((step, time, rank))
    return {key: sorted(rows) for key, rows in model.items()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(operations=st.lists(OPERATION, min_size=1, max_size=8))
def test_points_read_back_as_a_set_whatever_was_sealed_between(
    operations: list[list[tuple[int, int, int, float]] | str],
) -> None:
    batches: list[list[tuple[int, int, int, float]]] = []

    with one_run() as (database, run):
        for operation in operations:
            if isinstance(operation, str):
                seal(database, run, operation)
            else:
                insert(database, run, operation)
                batches.append(operation)
            assert read_all(database, run) == model_of(batches)
        latest = read_latest(database, run)

    nan_ranks_end = int(rank_values(np.array([-math.inf]))[0])
    expected = {key: rows[-1] for key, rows in model_of(batches).items()}
    assert latest.keys() == expected.keys()
    for key, row in expected.items():
        assert latest[key][:2] == row[:2]
        assert latest[key][2] == row[2] or max(latest[key][2], row[2]) < nan_ranks_end


LONG = st.tuples(st.integers(500, 6000), st.integers(0, 12_000), st.sampled_from([0, 1, 2, 3]), st.integers(0, 2**31))


def long_batch(count: int, first: int, stride: int, seed: int) -> list[tuple[int, int, int, float]]:
    generator = np.random.default_rng(seed % 4)
    steps = first + np.arange(count) * stride
    values = generator.choice([1.0, 2.0, math.nan, math.inf, -3.0], count)
    times = steps // 3 if seed % 2 else generator.integers(0, 5, count)
    index = generator.choice([0, 1], count, p=[0.9, 0.1])
    return list(zip(index.tolist(), steps.tolist(), times.tolist(), values.tolist(), strict=True))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    batches=st.lists(LONG, min_size=1, max_size=6),
    seals=st.lists(st.sampled_from(["", "seal", "seal all"]), min_size=6, max_size=6),
)
def test_long_histories_that_overlap_keep_every_point_once_and_draw_exactly(
    batches: list[tuple[int, int, int, int]], seals: list[str]
) -> None:
    rows = [long_batch(*batch) for batch in batches]

    with one_run() as (database, run):
        for batch, how in zip(rows, seals, strict=False):
            insert(database, run, batch)
            if how:
                seal(database, run, how)
        stored = read_all(database, run)
        lines = [draw(database, run, x, buckets) for x in XAxis for buckets in (1, 7, 64, 2000)]

    model = model_of(rows)
    assert stored == model
    for by_key in lines:
        assert {key: line.count for key, line in by_key.items()} == {key: len(points) for key, points in model.items()}
        for key, line in by_key.items():
            check_line(line, model[key])


def draw(database: Database, run: RunRow, x: XAxis, buckets: int) -> dict[str, Line]:
    with database.read() as connection:
        names = {key_id: name for name, key_id in connection.find_key_ids(KEYS).items()}
        lines = read_lines(connection, [run.id], list(names), QuerySeries([run.uuid], KEYS, x=x, buckets=buckets))
    return {names[key_id]: line for (_, key_id), line in lines.items()}


def check_line(line: Line, rows: list[Row]) -> None:
    ranks = {int(rank_values(np.array([value]))[0]): value for value in (1.0, 2.0, math.nan, math.inf, -3.0)}
    values = np.array([ranks[row[2]] for row in rows])
    columns = np.frombuffer(line.columns, "<f8").reshape(2 if line.raw else 4, line.points)
    assert (np.diff(columns[0]) >= 0).all()
    low, high = columns[1], columns[1 if line.raw else 2]
    assert np.array_equal(np.fmin.reduce(low), np.fmin.reduce(values), equal_nan=True)
    assert np.array_equal(np.fmax.reduce(high), np.fmax.reduce(values), equal_nan=True)


@pytest.mark.parametrize(("count", "sealed"), [(19_999, []), (20_000, [6666, 6667, 6667])])
def test_a_run_is_sealed_by_the_write_that_brings_its_twenty_thousandth_point(count: int, sealed: list[int]) -> None:
    with one_run() as (database, run):
        insert(database, run, [(0, step, step, 1.0) for step in range(count)])
        with database.read() as connection:
            hot = connection.all("SELECT COUNT(*) FROM hot")[0][0]
            hot_points = connection.all("SELECT hot_points FROM run")[0][0]
            blocks = connection.all("SELECT n, length(data) FROM block ORDER BY min_step")

    assert (hot, hot_points) == ((0, 0) if sealed else (1, count))
    assert [row[0] for row in blocks] == sealed


def test_single_points_that_are_sealed_one_by_one_end_in_few_blocks() -> None:
    with one_run() as (database, run):
        for step in range(200):
            insert(database, run, [(0, step, step, float(step))])
            database.write(lambda connection: seal_run(connection, run.id, merge_all=False))
        with database.read() as connection:
            resting = connection.all("SELECT COUNT(*) FROM block")[0][0]
        database.write(lambda connection: seal_run(connection, run.id))
        with database.read() as connection:
            ended = connection.all("SELECT COUNT(*) FROM block")[0][0]

    assert resting <= 10
    assert ended == 1
