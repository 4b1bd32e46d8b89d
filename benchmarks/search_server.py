"""The same searches over the same 100,000 runs, asked of our server and of the peer's."""

import json
import sqlite3
import statistics
import time
from http.client import HTTPConnection
from pathlib import Path

from measure import Row, Server, cpu_seconds, lean_peer_server, our_server, percentile, report, scratch
from search import RUNS, make_database

REQUESTS = 20
SEARCHES: dict[str, dict[str, object]] = {
    "newest 100": {},
    "best 100 by metric": {"order_by": ["metrics.acc DESC"]},
    "metric and param, by metric": {
        "filter": "metrics.acc > 0.9 AND params.lr = '0.1'",
        "order_by": ["metrics.acc DESC"],
    },
    "rare param": {"filter": "params.seed = '7'"},
}
COPY = """
INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
    SELECT id, name, '', 'active', 1, 1 FROM ours.experiment WHERE id > 0;
INSERT INTO runs (run_uuid, name, source_type, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri,
                  experiment_id)
    SELECT uuid, name, 'LOCAL', '', 'FINISHED', start_time, end_time, 'active', '', exp_id FROM ours.run;
INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
    SELECT k.name, v.value, v.time, r.uuid, v.step, 0
    FROM ours.latest v JOIN ours.key k ON k.id = v.key_id JOIN ours.run r ON r.id = v.run_id;
INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
    SELECT key, value, timestamp, step, is_nan, run_uuid FROM metrics;
INSERT INTO params (key, value, run_uuid)
    SELECT k.name, v.value, r.uuid
    FROM ours.param v JOIN ours.key k ON k.id = v.key_id JOIN ours.run r ON r.id = v.run_id;
INSERT INTO tags (key, value, run_uuid)
    SELECT k.name, v.value, r.uuid
    FROM ours.tag v JOIN ours.key k ON k.id = v.key_id JOIN ours.run r ON r.id = v.run_id;
"""


def measure() -> list[Row]:
    """Fill our database, copy it row by row into the peer's schema, and ask both servers."""
    with scratch() as folder:
        data = folder / "headwater.db"
        make_database(f"sqlite:///{data}").close()
        with our_server(folder) as server:
            ours = _ask(server)
        with lean_peer_server(folder) as server:
            copy_runs(data, folder / "mlflow.db")
            peer = _ask(server)
    return [
        Row(
            name=f"search {RUNS:,} runs: {name}, {what}",
            unit="ms",
            ours=1000 * ours[name, what],
            peer=1000 * peer[name, what],
            note=json.dumps(SEARCHES[name]) if what == "answer, p50" and SEARCHES[name] else "",
        )
        for name in SEARCHES
        for what in ("answer, p50", "answer, p95", "server CPU")
    ]


def copy_runs(source: Path, target: Path) -> None:
    with sqlite3.connect(target, timeout=60) as database:
        database.execute("ATTACH ? AS ours", (str(source),))
        database.executescript(COPY)
        database.execute("ANALYZE")


def _ask(server: Server) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    connection = HTTPConnection(server.url.removeprefix("http://"), timeout=120)
    for name, search in SEARCHES.items():
        body = json.dumps({"experiment_ids": ["1"], "max_results": 100, **search})
        assert len(json.loads(_post(connection, body))["runs"]) > 10
        before, times = cpu_seconds(server.pid), []
        for _ in range(REQUESTS):
            started = time.perf_counter()
            _post(connection, body)
            times.append(time.perf_counter() - started)
        found[name, "answer, p50"] = statistics.median(times)
        found[name, "answer, p95"] = percentile(times, 0.95)
        found[name, "server CPU"] = (cpu_seconds(server.pid) - before) / REQUESTS
    connection.close()
    return found


def _post(connection: HTTPConnection, body: str) -> bytes:
    """Return the answer as it came over a connection that is kept, as clients keep theirs; not decoded."""
    connection.request("POST", "/api/2.0/mlflow/runs/search", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    data = answer.read()
    assert answer.status == 200, data
    return data


if __name__ == "__main__":
    report(measure())
