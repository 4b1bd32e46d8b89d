"""Measure the storage of metrics: `python benchmarks/storage.py [sqlite:///… | postgresql://…]`.

Prints the median and the best of several rounds of CPU time of this process. Without a URI, a SQLite file in a
temporary folder is used and thrown away; a given database should be empty and keeps what is written.
"""

import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from headwater.protocol.columns import ListKeys, QueryRuns, QuerySeries
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.metrics import GetHistory
from headwater.protocol.runs import CreateRun
from headwater.stores.sql.blocks import Float64s, Int64s
from headwater.stores.sql.columns import SqlColumns
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.experiments import SqlExperiments
from headwater.stores.sql.metrics import SqlMetrics
from headwater.stores.sql.points import insert_points, seal_run
from headwater.stores.sql.rows import RunRow
from headwater.stores.sql.series import read_series
from headwater.stores.sql.writes import insert_run

ROUNDS = 5
RANDOM = np.random.default_rng(0)


def main() -> None:
    """Run every measurement."""
    with tempfile.TemporaryDirectory() as folder:
        uri = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder) / 'headwater.db'}"
        database = Database(uri)
        print(f"{database.dialect}, {ROUNDS} rounds, CPU of this process")
        measure_ingest(database, 1)
        measure_ingest(database, 100)
        measure_ingest(database, 1000)
        measure_seal_of_many_keys(database)
        measure_million(database)
        measure_chart(database)
        measure_runs(database)
        database.close()


def measure_ingest(database: Database, size: int) -> None:
    """Write requests of `size` points of up to 20 keys, 32 a commit, and seal at 20,000 points."""
    keys = [f"key {number}" for number in range(min(20, size))]
    requests = max(32, 200_000 // size) if size > 1 else 3200
    key_index = (np.arange(size) % len(keys)).astype(np.int32)
    data = [(number * size // len(keys) + np.arange(size) // len(keys), *noise(size)) for number in range(requests)]

    def ingest() -> None:
        run = create_runs(database, create_experiment(database), 1)[0]
        for start in range(0, requests, 32):

            def work(connection: Connection, start: int = start) -> None:
                for steps, times, values in data[start : start + 32]:
                    insert_points(connection, run, keys, key_index, steps, times, values)

            database.write(work)

    report(f"ingest and seal, {size} points a request, µs a point", ingest, 1e6 / (requests * size))


def measure_seal_of_many_keys(database: Database) -> None:
    """Seal a run of 1,000 keys with 19 points each."""
    keys = [f"key {number}" for number in range(1000)]
    seconds: list[float] = []

    def work(connection: Connection, run: RunRow) -> None:
        for step in range(19):
            steps, (times, values) = np.full(1000, step), noise(1000)
            insert_points(connection, run, keys, np.arange(1000, dtype=np.int32), steps, times, values)
        start = time.process_time()
        seal_run(connection, run.id, merge_all=False)
        seconds.append(time.process_time() - start)

    for run in create_runs(database, create_experiment(database), ROUNDS):
        database.write(partial(work, run=run))
    show("seal 1,000 keys of 19 points, ms", [1000 * second for second in seconds])


def measure_million(database: Database) -> None:
    """Read a history of a million points: as arrays, as a chart and as one page of the protocol."""
    (run,) = create_runs(database, create_experiment(database), 1)
    fill(database, run, 1_000_000)
    with database.read() as connection:
        key_id = connection.find_key_ids(["loss"])["loss"]
        bytes_a_point = connection.all("SELECT SUM(LENGTH(data) + LENGTH(mini)) FROM block WHERE run_id = ?", (run.id,))
        report("1,000,000 points as arrays, ms", lambda: read_series(connection, [run.id], [key_id]), 1e3)
    columns, metrics = SqlColumns(database), SqlMetrics(database)
    query, page = QuerySeries([run.uuid], ["loss"], buckets=500), GetHistory("loss", run.uuid, max_results=25_000)
    report("1,000,000 points as a chart of 500 buckets, ms", lambda: columns.query_series(query), 1e3)
    report("1,000,000 points, first page of 25,000, ms", lambda: metrics.get_history(page), 1e3)
    print(f"{'bytes a sealed point, minis included':58} {bytes_a_point[0][0] / 1e6:8.2f}")


def measure_chart(database: Database) -> None:
    """Draw 500 runs of 10,000 points."""
    runs = create_runs(database, create_experiment(database), 500)
    for run in runs:
        fill(database, run, 10_000)
    columns = SqlColumns(database)
    for buckets in (200, 1000):
        query = QuerySeries([run.uuid for run in runs], ["loss"], buckets=buckets)
        report(f"500 runs of 10,000 points, {buckets} buckets, ms", partial(columns.query_series, query), 1e3)


def measure_runs(database: Database) -> None:
    """Read 10,000 runs as a table of 12 columns."""
    experiment = create_experiment(database)
    runs = create_runs(database, experiment, 10_000)
    metrics, params = [f"metric {number}" for number in range(8)], [f"param {number}" for number in range(8)]
    values = RANDOM.normal(size=(len(runs), 8)).tolist()

    def work(connection: Connection) -> None:
        ids = connection.key_ids([*metrics, *params])
        for table, keys, columns in (("latest", metrics, "step, time, value"), ("param", params, "value, num")):
            rows = []
            for run, numbers in zip(runs, values, strict=True):
                for key, number in zip(keys, numbers, strict=True):
                    cells = (1, 1, number) if table == "latest" else (f"{number:.1f}", number)
                    rows.append((run.exp_id, ids[key], run.id, *cells))
            marks = ", ".join("?" * (3 + columns.count(",") + 1))
            connection.many(f"INSERT INTO {table} (exp_id, key_id, run_id, {columns}) VALUES ({marks})", rows)

    database.write(work)
    if database.dialect == "sqlite":
        database.write(lambda connection: connection.execute("ANALYZE"))
    columns = SqlColumns(database)
    names = [f"metrics.{key}" for key in metrics[:6]] + [f"params.{key}" for key in params[:4]]
    names += ["attributes.status", "attributes.duration"]
    page = QueryRuns([experiment], columns=names, limit=100)
    whole = QueryRuns([experiment], columns=names)
    by_metric = QueryRuns([experiment], columns=names, order_by=["metrics.`metric 0` DESC"])
    filtered = QueryRuns([experiment], "metrics.`metric 1` > 0", columns=names)
    report("100 of 10,000 runs x 12 columns, ms", lambda: columns.query_runs(page), 1e3)
    report("10,000 runs x 12 columns, ms", lambda: columns.query_runs(whole), 1e3)
    report("10,000 runs x 12 columns, by a metric, ms", lambda: columns.query_runs(by_metric), 1e3)
    report("10,000 runs x 12 columns, filtered, ms", lambda: columns.query_runs(filtered), 1e3)
    report("keys of 10,000 runs, 16 keys, ms", lambda: columns.list_keys(ListKeys([experiment])), 1e3)


def create_experiment(database: Database) -> str:
    """Create an experiment and return its id."""
    return SqlExperiments(database).create(CreateExperiment(uuid.uuid4().hex)).experiment_id


def create_runs(database: Database, experiment_id: str, count: int) -> list[RunRow]:
    """Create runs in one transaction."""
    requests = [CreateRun(experiment_id, start_time=1_700_000_000_000 + number) for number in range(count)]
    return database.write(lambda connection: [insert_run(connection, request) for request in requests])


def fill(database: Database, run: RunRow, count: int) -> None:
    """Log and seal `count` points of one key."""

    def work(connection: Connection) -> None:
        insert_points(connection, run, ["loss"], np.zeros(count, np.int32), np.arange(count), *noise(count))
        seal_run(connection, run.id)

    database.write(work)


def noise(count: int) -> tuple[Int64s, Float64s]:
    """Return jittered times and noisy values that were float32 once, as those of most losses."""
    times = 1_700_000_000_000 + np.cumsum(RANDOM.integers(0, 50, count))
    return times, RANDOM.normal(size=count).astype(np.float32).astype(np.float64)


def report(label: str, work: Callable[[], object], scale: float) -> None:
    """Run `work` several times and print its CPU time, scaled."""
    seconds: list[float] = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append((time.process_time() - start) * scale)
    show(label, seconds)


def show(label: str, numbers: list[float]) -> None:
    """Print the median and the best of `numbers`."""
    print(f"{label:58} {statistics.median(numbers):8.2f}   best {min(numbers):8.2f}", flush=True)


if __name__ == "__main__":
    main()
