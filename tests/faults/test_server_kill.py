"""What a server acknowledged is there after `kill -9`."""

import http.client
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.metrics import GetHistory
from headwater.protocol.runs import CreateRun, GetRun
from headwater.stores import open_store

SERVE = """
import sys
from headwater.server.serve import serve
from headwater.server.settings import ServerSettings
serve(ServerSettings(store_uri=sys.argv[1], port=0), lambda url: print(url, flush=True))
"""
WRITERS = 64
ACKNOWLEDGED_BEFORE_KILL = 500
DEADLINE_S = 60


class Writer(threading.Thread):
    """Logs one point after another until the server is gone, and remembers what was acknowledged."""

    def __init__(self, url: str, run_id: str, number: int) -> None:
        super().__init__()
        self._url = url
        self._run_id = run_id
        self.key = f"key{number}"
        self.acknowledged: list[int] = []
        self.tried = 0

    def run(self) -> None:
        """Write until the connection breaks."""
        connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=DEADLINE_S)
        try:
            while True:
                self.tried += 1
                step = self.tried
                body = {"run_id": self._run_id, "key": self.key, "value": step / 8, "timestamp": step, "step": step}
                headers = {"content-type": "application/json"}
                connection.request("POST", "/api/2.0/mlflow/runs/log-metric", json.dumps(body), headers)
                response = connection.getresponse()
                response.read()
                if response.status == 200:
                    self.acknowledged.append(step)
        except (OSError, http.client.HTTPException):
            return  # the server was killed
        finally:
            connection.close()


@pytest.mark.timeout(0)
def test_every_acknowledged_write_survives_the_kill_of_a_server_under_64_writers(tmp_path: Path, kills: int) -> None:
    for attempt in range(max(1, kills // 2)):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        kill_server_under_writers(folder, ACKNOWLEDGED_BEFORE_KILL * (1 + attempt % 5))


def kill_server_under_writers(tmp_path: Path, acknowledged: int) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    store = open_store(uri)
    experiment_id = store.experiments.create(CreateExperiment("killed")).experiment_id
    run_id = store.runs.create(CreateRun(experiment_id=experiment_id, start_time=1)).run.info.run_id
    store.close()

    with subprocess.Popen([sys.executable, "-c", SERVE, uri], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        writers = [Writer(url, run_id, number) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        deadline = time.monotonic() + DEADLINE_S
        while sum(len(writer.acknowledged) for writer in writers) < acknowledged:
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
        process.send_signal(signal.SIGKILL)
        for writer in writers:
            writer.join(DEADLINE_S)

    begun = time.monotonic()
    store = open_store(uri)
    assert store.runs.get(GetRun(run_id=run_id)).run.info.run_id == run_id
    assert time.monotonic() - begun < 5
    for writer in writers:
        points = store.metrics.get_history(GetHistory(writer.key, run_id=run_id)).metrics
        steps = [point.step for point in points]
        assert steps == sorted(set(steps))
        assert set(writer.acknowledged) <= set(steps) <= set(range(1, writer.tried + 1))
        assert all(point.value == point.step / 8 for point in points)
    store.close()
    with sqlite3.connect(tmp_path / "headwater.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
