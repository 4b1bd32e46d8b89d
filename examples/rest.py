"""Any language can log: the protocol over plain HTTP, here with Python's standard library only.

Give the address of a server: `python examples/rest.py http://127.0.0.1:5000`.
"""

import json
import sys
import time
import urllib.request


def call(server: str, verb: str, body: dict[str, object]) -> dict[str, dict[str, dict[str, str]]]:
    """Send one request and return the answer."""
    request = urllib.request.Request(
        f"{server}/api/2.0/mlflow/{verb}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, dict[str, dict[str, str]]] = json.load(answer)
    return found


def main(server: str) -> None:
    """Create a run, log a curve in one request, and end the run."""
    now = int(time.time() * 1000)
    run = call(server, "runs/create", {"experiment_id": "0", "start_time": now, "run_name": "over HTTP"})
    run_id = run["run"]["info"]["run_id"]
    points = [{"key": "loss", "value": 1 / (step + 1), "timestamp": now, "step": step} for step in range(100)]
    params = [{"key": "rate", "value": "0.1"}]
    call(server, "runs/log-batch", {"run_id": run_id, "metrics": points, "params": params})
    call(server, "runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": now + 1000})
    print(f"{server}/#/experiments/0/runs/{run_id}")


if __name__ == "__main__":
    main(sys.argv[1])
