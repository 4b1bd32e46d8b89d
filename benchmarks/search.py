"""Time searches over 100,000 runs with 10 metrics and 10 params each, half of them in one experiment.

    python benchmarks/search.py [folder | postgresql://...]

The SQLite database is made once in `folder` (default: a temporary one), or the tables once in an empty PostgreSQL
database, with a fixed seed; each search runs 30 times.
"""

import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from headwater.protocol.experiments import ViewType
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.search import count_runs, select_runs

RUNS = 100_000
EXPERIMENTS = 20
REPEATS = 30
ALL = list(range(1, EXPERIMENTS + 1))
SEARCHES: dict[str, tuple[list[int], str, list[str], int]] = {
    "default listing": ([1], "", [], 0),
    "default listing, page 100": ([1], "", [], 10_000),
    "default listing, 20 experiments": (ALL, "", [], 0),
    "metric and param, by metric": ([1], "metrics.acc > 0.9 AND params.lr = '0.1'", ["metrics.acc DESC"], 0),
    "rare param and metric": ([1], "metrics.acc > 0 AND params.seed = '7'", ["metrics.acc DESC"], 0),
    "by metric": ([1], "", ["metrics.acc DESC"], 0),
    "by metric, ascending": ([1], "", ["metrics.loss"], 0),
    "by metric, page 100": ([1], "", ["metrics.acc DESC"], 10_000),
    "by metric, past the values": ([1], "", ["metrics.sparse DESC"], 20_000),
    "by metric, 20 experiments": (ALL, "", ["metrics.acc DESC"], 0),
    "by param": ([1], "", ["params.lr"], 0),
    "by attribute": ([1], "", ["duration DESC"], 0),
    "no value": ([1], "params.rare IS NULL", [], 0),
    "param as a number": ([1], "params.lr > 0.05", [], 0),
    "name, ignoring case": ([1], "run_name ILIKE '%RUN 999%'", [], 0),
    "or": ([1], "metrics.acc > 0.99 OR params.seed = '7'", [], 0),
    "or, by metric": ([1], "metrics.acc > 0.9 OR params.lr = '0.1'", ["metrics.acc DESC"], 0),
    "nothing, nested": (
        [1],
        "(metrics.acc > 2 OR NOT params.lr != '0.1' AND metrics.loss < -1) AND (tags.team = 'a' OR metrics.f1 > 0.5)",
        [],
        0,
    ),
}


def make_database(uri: str) -> Database:
    """Return the database, filled if it is new."""
    database = Database(uri)
    with database.read() as connection:
        row = connection.one("SELECT count(*) FROM run")
    if row == (0,):
        database.write(_fill)
    return database


def _fill(connection: Connection) -> None:
    rng = random.Random(7)
    connection.many(
        "INSERT INTO experiment (id, name, artifact_location, creation_time, last_update_time) VALUES (?, ?, '', 1, 1)",
        [(n, f"experiment {n}") for n in ALL],
    )
    names = ["acc", "loss", "f1", "sparse", *(f"m{n}" for n in range(7))]
    params = ["lr", "seed", "rare", *(f"p{n}" for n in range(8))]
    keys = connection.key_ids([*names, *params, "team"])
    exps = [1 if rng.random() < 0.5 else rng.randint(2, EXPERIMENTS) for _ in range(RUNS)]
    connection.many(
        "INSERT INTO run (id, uuid, exp_id, name, status, start_time, end_time, artifact_uri, changed) "
        "VALUES (?, ?, ?, ?, 'FINISHED', ?, ?, '', 1)",
        ((n, f"{rng.getrandbits(128):032x}", exps[n - 1], f"run {n}", n, n + rng.randint(1, 10**6)) for n in _ids()),
    )
    connection.many(
        "INSERT INTO latest (exp_id, key_id, run_id, step, time, value) VALUES (?, ?, ?, 1, 1, ?)",
        (
            (exps[n - 1], keys[name], n, rng.random())
            for n in _ids()
            for name in names
            if name != "sparse" or not n % 10
        ),
    )
    connection.many(
        "INSERT INTO param (exp_id, key_id, run_id, value, num) VALUES (?, ?, ?, ?, ?)",
        (
            (exps[n - 1], keys[name], n, str(value), float(value))
            for n in _ids()
            for name, value in _param_values(params, rng)
            if name != "rare" or not n % 1000
        ),
    )
    connection.many(
        "INSERT INTO tag (exp_id, key_id, run_id, value) VALUES (?, ?, ?, ?)",
        ((exps[n - 1], keys["team"], n, rng.choice("abc")) for n in _ids()),
    )
    connection.execute("ANALYZE")


def _ids() -> range:
    return range(1, RUNS + 1)


def _param_values(names: list[str], rng: random.Random) -> Iterator[tuple[str, float]]:
    for name in names:
        yield name, rng.choice((0.1, 0.01, 0.001, 0.03)) if name == "lr" else rng.randrange(1000)


def main() -> None:
    """Print the median and the 95th percentile of each search in milliseconds."""
    place = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
    database = make_database(place if "://" in place else f"sqlite:///{Path(place) / 'search.db'}")
    print(f"{'search':34} {'median ms':>10} {'p95 ms':>10} {'count ms':>10}")
    for name, (experiments, text, order, offset) in SEARCHES.items():
        pages: list[float] = []
        counts: list[float] = []
        for _ in range(REPEATS):
            with database.read() as connection:
                start = time.perf_counter()
                select_runs(
                    connection,
                    experiment_ids=experiments,
                    filter=text,
                    order_by=order,
                    view=ViewType.ACTIVE_ONLY,
                    limit=100,
                    offset=offset,
                )
                middle = time.perf_counter()
                if len(counts) < 3:
                    count_runs(connection, experiment_ids=experiments, filter=text, view=ViewType.ACTIVE_ONLY)
                    counts.append(time.perf_counter() - middle)
                pages.append(middle - start)
        p95 = sorted(pages)[math.ceil(0.95 * REPEATS) - 1]
        median = statistics.median(pages)
        print(f"{name:34} {median * 1e3:10.2f} {p95 * 1e3:10.2f} {statistics.median(counts) * 1e3:10.2f}")
    database.close()


if __name__ == "__main__":
    main()
