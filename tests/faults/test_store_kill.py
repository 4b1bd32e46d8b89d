"""kill -9 of a process that writes to its SQLite file: what it acknowledged is there, once, and the file is whole."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from headwater.protocol.metrics import GetHistory
from headwater.stores import open_store
from headwater.testing.stores import make_run

_WRITER = """
import sys, threading
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import LogBatch
from headwater.stores import open_store

store, run_id = open_store(sys.argv[1]), sys.argv[2]

def write(thread):
    batch = 0
    while True:
        first = batch * 10
        store.runs.log_batch(LogBatch(run_id, [Metric(f"m{thread}", 1.0, s, s) for s in range(first, first + 10)]))
        batch += 1
        print(f"{thread} {batch}\\n", end="", flush=True)

for thread in range(8):
    threading.Thread(target=write, args=(thread,)).start()
"""


@pytest.mark.parametrize("acknowledged", [1, 40, 300])
def test_what_a_killed_writer_acknowledged_is_kept_whole(tmp_path: Path, acknowledged: int) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    store = open_store(uri)
    run_id = make_run(store)
    store.close()
    child = subprocess.Popen([sys.executable, "-c", _WRITER, uri, run_id], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None

    lines = [child.stdout.readline() for _ in range(acknowledged)]
    child.send_signal(signal.SIGKILL)
    lines += child.communicate(timeout=30)[0].splitlines(keepends=True)

    done = dict.fromkeys(range(8), 0)
    for line in lines:
        if line.endswith("\n") and len(parts := line.split()) == 2:
            done[int(parts[0])] = max(done[int(parts[0])], int(parts[1]))
    store = open_store(uri)
    for thread, batches in done.items():
        steps = [point.step for point in store.metrics.get_history(GetHistory(f"m{thread}", run_id)).metrics]
        assert len(steps) >= batches * 10
        assert steps == list(range(len(steps)))
        assert len(steps) % 10 == 0
    store.close()
    with closing(sqlite3.connect(tmp_path / "headwater.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
