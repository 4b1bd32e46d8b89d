"""The same program with the real `mlflow` client, against our server and against the peer's."""

from pathlib import Path

from measure import Row, Server, cpu_seconds, lean_peer_server, our_server, peer_python, report, run_code, scratch

CODE = """
import sys, time, json
import mlflow
from mlflow.entities import Metric
mlflow.set_tracking_uri(sys.argv[1])
client, now = mlflow.MlflowClient(), int(time.time() * 1000)
run_id = client.create_run("0").info.run_id

def spent(calls, work):
    work(-1)
    times = []
    for number in range(calls):
        started = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - started)
    times.sort()
    return times[len(times) // 2]

def points(n):
    return [Metric(f"m{k % 20}", k, now, n * 50 + k // 20) for k in range(1000)]

verbs = {
    "one": lambda n: client.log_metric(run_id, "loss", n, step=n),
    "batch": lambda n: client.log_batch(run_id, metrics=points(n)),
    "search": lambda n: client.search_runs(["0"], "metrics.loss > 0", max_results=10),
}
print(json.dumps({"p50": spent(int(sys.argv[3]), verbs[sys.argv[2]])}))
"""
CALLS = {"one": 200, "batch": 30, "search": 100}
NAMES = {"one": "log_metric", "batch": "log_batch of 1,000 points", "search": "search_runs with a filter"}


def measure() -> list[Row]:
    """Measure the client's waiting time and the server's CPU, verb by verb."""
    with scratch() as folder, our_server(folder) as server:
        ours = _measure_server(server, folder)
    with scratch() as folder, lean_peer_server(folder) as server:
        peer = _measure_server(server, folder)
    return [
        Row(
            name=f"mlflow client: {NAMES[verb]}, {what}",
            unit="ms",
            ours=1000 * ours[verb, what],
            peer=1000 * peer[verb, what],
            note=f"{CALLS[verb]} calls" if what == "p50" else "",
        )
        for verb in CALLS
        for what in ("p50", "server CPU")
    ]


def _measure_server(server: Server, folder: Path) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for verb, calls in CALLS.items():
        before = cpu_seconds(server.pid)
        found[verb, "p50"] = run_code(peer_python(), CODE, folder, server.url, verb, str(calls))["p50"]
        found[verb, "server CPU"] = (cpu_seconds(server.pid) - before) / (calls + 2)
    return found


if __name__ == "__main__":
    report(measure())
