"""Serving one scikit-learn model: CPU and latency of requests with one row and with 1,000, start, memory."""

import asyncio
import contextlib
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from measure import (
    Row,
    Server,
    cpu_seconds,
    free_port,
    memory_bytes,
    peer_python,
    percentile,
    report,
    run_code,
    scratch,
    served,
)

COLUMNS = 10
SECONDS = 4
WARM_UP = 50
MODELS = {
    "linear": "LogisticRegression()",
    "forest": "RandomForestClassifier(100, random_state=0, n_jobs=1)",
}
CASES = {"1 row, 16 connections": (1, 16), "1 row, 1 connection": (1, 1), "1,000 rows, 4 connections": (1000, 4)}
_SAVE = """
import json, sys
import numpy as np, pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
import headwater.sklearn
from headwater.models.schema.infer import infer_signature
columns = int(sys.argv[3])
X = pd.DataFrame(np.random.default_rng(0).normal(size=(1000, columns)), columns=[f"f{i}" for i in range(columns)])
y = (X["f0"] + X["f1"] > 0).astype(int)
model = eval(sys.argv[2]).fit(X, y)
signature = infer_signature(X, model.predict(X))
headwater.sklearn.save_model(model, sys.argv[1], signature=signature, serialization_format="cloudpickle")
print(json.dumps({}))
"""


def measure() -> list[Row]:
    """Serve each model by both, one after the other."""
    rows: list[Row] = []
    for name, code in MODELS.items():
        with scratch() as folder:
            run_code(sys.executable, _SAVE, folder, "model", code, str(COLUMNS))
            for rehearsal in (_ours(folder), _peers(folder)):  # so that both find their bytecode written
                with rehearsal:
                    pass
            ours, peer = _observe(_ours(folder)), _observe(_peers(folder))
        rows += [
            Row(name=f"{name}: {what}", unit=unit, ours=ours[what], peer=peer[what], note=note)
            for what, (unit, note) in _quantities(name).items()
        ]
    return rows


def _quantities(name: str) -> dict[str, tuple[str, str]]:
    found = {}
    for case in CASES:
        found[f"{case}, CPU"] = ("ms/request", "user and system time of the server's processes")
        found[f"{case}, p99"] = ("ms", "with the client on the same two cores; median of the p99 of each second")
    if name == "linear":
        found |= {
            "answers after": ("s", ""),
            "start, CPU": ("s", "of all processes until the first answer, most of it scikit-learn's imports"),
            "memory": ("MB", "proportional set size, after the requests"),
        }
    return found


@contextlib.contextmanager
def _ours(folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "headwater", "models", "serve", "-m", "model"]
    with served(
        [*command, "--port", str(port), "--env-manager", "local"], folder, f"http://127.0.0.1:{port}", "/ping"
    ) as server:
        yield server


@contextlib.contextmanager
def _peers(folder: Path) -> Iterator[Server]:
    port = free_port()
    python = peer_python()
    command = [python, "-m", "mlflow", "models", "serve", "-m", "model", "--port", str(port), "--env-manager", "local"]
    path = f"{Path(python).parent}:/usr/bin:/bin"  # it starts `uvicorn` from PATH
    with served(command, folder, f"http://127.0.0.1:{port}", "/ping", PATH=path) as server:
        yield server


def _observe(serving: "contextlib.AbstractContextManager[Server]") -> dict[str, float]:
    with serving as server:
        found = {"answers after": server.ready_s, "start, CPU": cpu_seconds(server.pid)}
        for case, (rows, connections) in CASES.items():
            cpu_ms, p99_ms = asyncio.run(_load(server, _request(rows), connections))
            found |= {f"{case}, CPU": cpu_ms, f"{case}, p99": p99_ms}
        found["memory"] = memory_bytes(server.pid) / 1e6
    return found


def _request(rows: int) -> bytes:
    columns = [f"f{number}" for number in range(COLUMNS)]
    data = [[round(0.1 * (row + number), 3) for number in range(COLUMNS)] for row in range(rows)]
    body = json.dumps({"dataframe_split": {"columns": columns, "data": data}}).encode()
    lines = ["POST /invocations HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


async def _load(server: Server, request: bytes, connections: int) -> tuple[float, float]:
    """Return the server's CPU a request and the 99th percentile of the latencies, both in milliseconds.

    The percentile is the median of those of each second, since whatever else the machine does for a moment would make
    it that of the machine.
    """
    port = int(server.url.rpartition(":")[2])
    links = [await asyncio.open_connection("127.0.0.1", port, limit=1 << 20) for _ in range(connections)]
    for reader, writer in links:
        for _ in range(WARM_UP // connections + 1):
            await _exchange(reader, writer, request)
    before, begin = cpu_seconds(server.pid), time.perf_counter()
    took: list[list[float]] = [[] for _ in range(SECONDS)]

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (started := time.perf_counter()) < begin + SECONDS:
            await _exchange(reader, writer, request)
            took[int(started - begin)].append(time.perf_counter() - started)

    await asyncio.gather(*(repeat(*link) for link in links))
    cpu_s = cpu_seconds(server.pid) - before
    for _, writer in links:
        writer.close()
    p99_s = statistics.median(percentile(second, 0.99) for second in took if second)
    return 1000 * cpu_s / sum(map(len, took)), 1000 * p99_s


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))


if __name__ == "__main__":
    report(measure())
