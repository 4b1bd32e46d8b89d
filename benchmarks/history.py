"""Reading a long metric: every point as objects in process, and as a chart from a server."""

import json
import sys
import urllib.request
from collections.abc import Callable

from measure import (
    Row,
    Server,
    cpu_seconds,
    lean_peer_server,
    our_server,
    peer_database,
    peer_python,
    report,
    run_code,
    scratch,
)

OURS = """
import sys, time, json
import headwater as hw
hw.set_tracking_uri(sys.argv[1])
points = int(sys.argv[2])
with hw.start_run() as run:
    for step in range(points):
        hw.log_metric("loss", (step * 7919 % 1000) / 1000, step=step)
    hw.flush()
"""
PEERS = """
import json, sqlite3, sys, time
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
points = int(sys.argv[2])
run = mlflow.MlflowClient().create_run("0")
with sqlite3.connect(sys.argv[3].removeprefix("sqlite:///"), timeout=60) as database:
    database.execute(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)"
        " SELECT 'loss', (i * 7919 % 1000) / 1000.0, 1 + i, ?, i, 0 FROM n",
        (points - 1, run.info.run_id),
    )
    database.execute(
        "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('loss', 0, ?, ?, 0, ?)",
        (points, points - 1, run.info.run_id),
    )
"""
READ = """
started = time.process_time()
history = {client}.get_metric_history(run.info.run_id, "loss")
assert len(history) == points
print(json.dumps({{"cpu": time.process_time() - started}}))
"""
NAME_RUN = """
print(json.dumps({"run": run.info.run_id}))
"""
POINTS, FEWER_POINTS = 1_000_000, 100_000
BUCKETS, CHARTS = 500, 10


def measure() -> list[Row]:
    """Measure both ways of reading."""
    return [_measure_objects(), _measure_chart()]


def _measure_objects() -> Row:
    with scratch() as folder:
        code = OURS + READ.format(client="hw.MlflowClient()")
        ours = run_code(sys.executable, code, folder, f"sqlite:///{folder / 'headwater.db'}", str(POINTS))
        code = PEERS + READ.format(client="mlflow.MlflowClient()")
        database = peer_database(folder)
        peer = run_code(peer_python(), code, folder, database, str(FEWER_POINTS), database)
    return Row(
        name=f"{POINTS:,} points as objects",
        unit="ms CPU",
        ours=1000 * ours["cpu"],
        peer=1000 * peer["cpu"] * POINTS / FEWER_POINTS,
        note=f"in process, SQLite; the peer's time for {FEWER_POINTS:,} points × {POINTS // FEWER_POINTS}",
    )


def _measure_chart() -> Row:
    with scratch() as folder, our_server(folder) as server:
        run = run_code(sys.executable, OURS + NAME_RUN, folder, server.url, str(POINTS))["run"]
        body = json.dumps({"run_ids": [run], "keys": ["loss"], "buckets": BUCKETS}).encode()
        ours = _server_cpu(server, lambda: _read(f"{server.url}/api/headwater/1/series/query", body))
    with scratch() as folder, lean_peer_server(folder) as server:
        database = f"sqlite:///{folder / 'mlflow.db'}"
        run = run_code(peer_python(), PEERS + NAME_RUN, folder, server.url, str(POINTS), database)["run"]
        query = f"run_ids={run}&metric_key=loss&max_results={BUCKETS}"
        url = f"{server.url}/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?{query}"
        peer = _server_cpu(server, lambda: _read(url, None))
    return Row(
        name=f"{POINTS:,} points for a chart",
        unit="ms server CPU",
        ours=1000 * ours,
        peer=1000 * peer,
        note=f"ours: least, greatest and last value of {BUCKETS} buckets; the peer: {BUCKETS} samples, without peaks",
    )


def _server_cpu(server: Server, request: Callable[[], bytes]) -> float:
    assert len(request()) > 1000
    before = cpu_seconds(server.pid)
    for _ in range(CHARTS):
        request()
    return (cpu_seconds(server.pid) - before) / CHARTS


def _read(url: str, body: bytes | None) -> bytes:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        found: bytes = answer.read()
    return found


if __name__ == "__main__":
    report(measure())
