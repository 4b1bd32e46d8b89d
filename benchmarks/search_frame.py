"""`search_runs` of 50,000 runs to a pandas frame: our client on our server, the peer's client on the peer's server.

Both servers hold the same runs, each with 11 metrics, 10 params and a tag. The number of runs may be given.
"""

import sys
from pathlib import Path

import search
from measure import (
    Row,
    Server,
    cpu_seconds,
    lean_peer_server,
    number,
    our_server,
    peer_python,
    report,
    run_code,
    scratch,
)
from search_server import copy_runs

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 50_000
REPEATS = 3
ASK = """
import json, sys, time, resource
import {module} as peer
peer.set_tracking_uri(sys.argv[1])
times = []
for _ in range(int(sys.argv[3])):
    started = time.perf_counter()
    frame = peer.search_runs(["1"], max_results=int(sys.argv[2]))
    times.append(time.perf_counter() - started)
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({{"s": min(times), "rows": len(frame), "columns": len(frame.columns),
                  "sum": float(frame["metrics.acc"].sum()), "mb": usage.ru_maxrss / 1024}}))
"""


def measure() -> list[Row]:
    """Fill our database, copy it into the peer's schema, and ask both for a frame."""
    search.RUNS = 2 * RUNS  # half of them lie in experiment 1
    with scratch() as folder:
        data = folder / "headwater.db"
        search.make_database(f"sqlite:///{data}").close()
        with our_server(folder) as server:
            ours = _ask(sys.executable, "headwater", server, folder)
        with lean_peer_server(folder) as server:
            copy_runs(data, folder / "mlflow.db")
            peer = _ask(peer_python(), "mlflow", server, folder)
    assert (ours["rows"], ours["columns"]) == (peer["rows"], peer["columns"]), (ours, peer)
    assert abs(ours["sum"] - peer["sum"]) < 1e-6
    name = f"search_runs to a pandas frame, {number(ours['rows'])} runs × {ours['columns']:.0f} columns"
    return [
        Row(name=name, unit="s", ours=ours["s"], peer=peer["s"], note="best of three calls"),
        Row(name="its client's memory", unit="MB", ours=ours["mb"], peer=peer["mb"]),
        Row(name="its server's CPU", unit="s", ours=ours["cpu"], peer=peer["cpu"], note="three calls"),
    ]


def _ask(python: str, module: str, server: Server, folder: Path) -> dict[str, float]:
    before = cpu_seconds(server.pid)
    found = run_code(python, ASK.format(module=module), folder, server.url, str(RUNS), str(REPEATS))
    return found | {"cpu": cpu_seconds(server.pid) - before}


if __name__ == "__main__":
    report(measure())
