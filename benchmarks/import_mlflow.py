"""Import an MLflow database: points a second and the most memory, by `headwater import mlflow`, into a SQLite file.

`uv run python benchmarks/import_mlflow.py [RUNS] [POINTS_PER_RUN]`; default 1,000 runs of 10,000 points, 10 M in
all. The database has the reference's schema, made by the reference, and is filled by SQL: its client would take hours.
"""

import json
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing
from pathlib import Path

import numpy as np
from measure import Row, environment, peer_database, report, scratch

KEYS = 10
PARAMS = 20
RUNS, POINTS = 1000, 10_000


def main() -> None:
    """Fill, import, report."""
    report(measure(*(int(text) for text in sys.argv[1:])))


def measure(runs: int = RUNS, points: int = POINTS) -> list[Row]:
    """Return the rows for the page."""
    with scratch() as folder:
        uri = peer_database(folder)
        fill(folder / "mlflow.db", runs, points)
        first, seconds, peak = run_import(folder, uri)
        again, again_s, _ = run_import(folder, uri)
        assert first["source"] == first["store"] == again["store"], "what was imported differs"
    total = first["store"]["points"]
    note = f"{runs:,} runs, {total:,} points"
    return [
        Row(name="Import of an MLflow database", unit="points/s", ours=total / seconds, note=note),
        Row(name="The same again, nothing to add", unit="points/s", ours=total / again_s),
        Row(name="Most memory while importing", unit="MB", ours=peak / 1e6),
    ]


def fill(path: Path, runs: int, points: int) -> None:
    """Write runs with params, tags and noisy metrics into the reference's tables."""
    random = np.random.default_rng(7)
    steps = list(range(points // KEYS))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        for number in range(runs):
            run_id, start = uuid.UUID(int=random.bytes(16)[0] + (number << 8)).hex, 1_700_000_000_000 + number
            connection.execute(
                "INSERT INTO runs (run_uuid, name, source_type, user_id, status, start_time, end_time, "
                "lifecycle_stage, artifact_uri, experiment_id) "
                "VALUES (?, ?, 'LOCAL', 'ada', 'FINISHED', ?, ?, 'active', '', 0)",
                (run_id, f"run {number}", start, start + 1000),
            )
            texts = [(f"param {index}", f"{index * number}", run_id) for index in range(PARAMS)]
            connection.executemany("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", texts)
            for key in range(KEYS):
                values = random.normal(size=len(steps)).tolist()
                rows = [(f"metric {key}", v, start + s * 10, run_id, s) for s, v in zip(steps, values, strict=True)]
                connection.executemany(
                    "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)",
                    rows,
                )


def run_import(folder: Path, uri: str) -> tuple[dict[str, dict[str, int]], float, int]:
    """Import in a process of its own; return its report of the experiment, its seconds and its peak memory in bytes."""
    code = (
        "import resource, sys\n"
        "from headwater.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
    )
    target = f"sqlite:///{folder / 'headwater.db'}"
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, "import", "mlflow", uri, "--into", target, "--json"],
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - started
    experiment = next(found for found in json.loads(done.stdout)["experiments"] if found["source"]["runs"])
    return experiment, seconds, int(done.stderr.split()[-1]) * 1024


if __name__ == "__main__":
    main()
