"""How fast points arrive: from a first log call until the server has all of them."""

import sys

from measure import Row, cpu_seconds, lean_peer_server, our_server, peer_python, report, run_code, scratch

OURS = """
import sys, time, json
import headwater as hw
hw.set_tracking_uri(sys.argv[1])
steps, started = int(sys.argv[2]), time.perf_counter()
with hw.start_run():
    for step in range(steps):
        hw.log_metrics({f"m{key}": step / (key + 1) for key in range(10)}, step=step)
    logged = time.perf_counter() - started
    hw.flush()
print(json.dumps({"logged": logged, "total": time.perf_counter() - started}))
"""
PEERS = """
import sys, time, json
import mlflow
from mlflow.entities import Metric
mlflow.set_tracking_uri(sys.argv[1])
client, now, steps = mlflow.MlflowClient(), int(time.time() * 1000), int(sys.argv[2])
run_id = client.create_run("0").info.run_id
started = time.perf_counter()
for first in range(0, steps, 100):
    points = [Metric(f"m{key}", step / (key + 1), now, step) for step in range(first, first + 100) for key in range(10)]
    client.log_batch(run_id, metrics=points)
total = time.perf_counter() - started
print(json.dumps({"logged": total, "total": total}))
"""
OUR_STEPS, PEER_STEPS, KEYS = 50_000, 3_000, 10


def measure() -> list[Row]:
    """Log ten metrics a step by each one's own client to its own server on SQLite."""
    with scratch() as folder, our_server(folder) as server:
        before = cpu_seconds(server.pid)
        ours = run_code(sys.executable, OURS, folder, server.url, str(OUR_STEPS))
        our_cpu = (cpu_seconds(server.pid) - before) / (OUR_STEPS * KEYS)
    with scratch() as folder, lean_peer_server(folder) as server:
        before = cpu_seconds(server.pid)
        peer = run_code(peer_python(), PEERS, folder, server.url, str(PEER_STEPS))
        peer_cpu = (cpu_seconds(server.pid) - before) / (PEER_STEPS * KEYS)
    return [
        Row(
            name="ingest through a server, own client",
            unit="points/s",
            ours=OUR_STEPS * KEYS / ours["total"],
            peer=PEER_STEPS * KEYS / peer["total"],
            more_is_better=True,
            note=f"{OUR_STEPS * KEYS:,} and {PEER_STEPS * KEYS:,} points; the peer by log_batch of 1,000",
        ),
        Row(name="ingest, server CPU", unit="µs/point", ours=1e6 * our_cpu, peer=1e6 * peer_cpu),
    ]


if __name__ == "__main__":
    report(measure())
