"""`headwater models serve` as a user starts it: one process or several, signals, and errors before the first answer."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from scoring.models import save_linear
from server.caller import call

JSON = {"content-type": "application/json"}
BODY = '{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 1]]}}'
DEADLINE_S = 60


@dataclass
class Serving:
    """A running command, its address, and what it said so far."""

    process: "subprocess.Popen[str]"
    url: str

    def score(self) -> object:
        """Return what the server predicts for a = b = 1."""
        return call(self.url, "POST", "/invocations", BODY, JSON).json

    def workers(self) -> list[psutil.Process]:
        """Return the processes that the command started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait_for_line(self, text: str) -> str:
        """Return the next line of the command's messages that has a text in it."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if text in line:
                return line
        raise AssertionError(f"The command ended with {self.process.wait()} and did not say '{text}'.")


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Serving]:
    """Serve a model by the command line on a free port."""
    command = [sys.executable, "-m", "headwater", "models", "serve", "-m", str(folder), "--port", "0", *options]
    variables = {**os.environ, "HEADWATER_HOME": str(folder.parent / "home")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables)
    found = Serving(process, "")
    try:
        line = found.wait_for_line("is served at")
        found.url = re.findall(r"http://\S+", line)[0]
        yield found
    finally:
        process.terminate()
        try:
            process.wait(DEADLINE_S)
        finally:
            process.kill()
            if process.stderr is not None:
                process.stderr.close()


@pytest.fixture
def line(tmp_path: Path) -> Path:
    return save_linear(tmp_path / "line")


def test_the_command_serves_a_model_until_it_is_told_to_stop(line: Path) -> None:
    with serving(line, "--env-manager", "local", "--access-log") as found:
        answer = found.score()
        found.wait_for_line("POST /invocations 200")

        found.process.send_signal(signal.SIGTERM)
        status = found.process.wait(DEADLINE_S)

    assert answer == {"predictions": [pytest.approx(3.0)]}
    assert status == 0


def test_a_hang_up_loads_the_model_anew(line: Path) -> None:
    with serving(line, "--env-manager", "local") as found:
        shutil.rmtree(line)
        save_linear(line, slope=5.0)

        found.process.send_signal(signal.SIGHUP)
        found.wait_for_line("Serving 'line' version 1 after version 1.")

        assert found.score() == {"predictions": [pytest.approx(6.0)]}


@pytest.mark.slow
def test_workers_share_the_work_the_counters_and_the_address(line: Path) -> None:
    with serving(line, "--env-manager", "local", "--workers", "2") as found:
        answers = [found.score() for _ in range(50)]
        workers = found.workers()
        text = call(found.url, "GET", "/metrics").body.decode()

        found.process.send_signal(signal.SIGTERM)
        status = found.process.wait(DEADLINE_S)

    assert answers == [{"predictions": [pytest.approx(3.0)]}] * 50
    assert len(workers) == 2
    assert 'headwater_scoring_requests_total{route="invocations",status="200"} 50' in text
    assert 'headwater_scoring_model_loads_total{outcome="loaded"} 2' in text
    assert status == 0
    assert not any(worker.is_running() for worker in workers)


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(line: Path) -> None:
    with serving(line, "--env-manager", "local", "--workers", "2") as found:
        first = found.workers()

        first[0].kill()
        found.wait_for_line("another one takes its place")

        assert found.score() == {"predictions": [pytest.approx(3.0)]}
        psutil.wait_procs(first[:1], timeout=DEADLINE_S)
        assert _has_two_workers(found)


def _has_two_workers(found: Serving) -> bool:
    for _ in range(2000):
        if len(found.workers()) == 2:
            return True
        found.score()
    return False


@pytest.mark.slow
def test_workers_end_when_the_process_that_watches_them_is_killed(line: Path) -> None:
    with serving(line, "--env-manager", "local", "--workers", "2") as found:
        workers = found.workers()

        found.process.kill()

        _, alive = psutil.wait_procs(workers, timeout=DEADLINE_S)
    assert not alive


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_model_that_is_not_there_ends_the_command_with_a_message(workers: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "headwater", "models", "serve", "-m", str(tmp_path / "none"), "--port", "0"]

    done = subprocess.run(
        [*command, "--env-manager", "local", "--workers", workers], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert 'Could not find an "MLmodel" configuration file' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said_before_the_model_is_loaded(line: Path) -> None:
    with serving(line, "--env-manager", "local") as found:
        port = found.url.rpartition(":")[2]
        command = [sys.executable, "-m", "headwater", "models", "serve", "-m", str(line), "--env-manager", "local"]

        done = subprocess.run([*command, "--port", port], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert f"Cannot listen on '127.0.0.1:{port}': Address already in use." in done.stderr


@pytest.mark.slow
def test_a_model_gets_an_environment_of_its_own_which_is_kept(tmp_path: Path) -> None:
    wanted = [f"scikit-learn=={metadata.version('scikit-learn')}", f"skops=={metadata.version('skops')}"]
    line = save_linear(tmp_path / "line", requirements=wanted)

    for _ in range(2):
        with serving(line, "--env-manager", "uv", "--allow-pickle") as found:
            assert found.score() == {"predictions": [pytest.approx(3.0)]}
            executable = Path(psutil.Process(found.process.pid).cmdline()[0])

    environments = [path for path in (tmp_path / "home" / "environments").iterdir() if path.is_dir()]
    assert [path for path in environments if path in executable.parents] == environments
    assert len(environments) == 1


def test_settings_that_are_no_numbers_are_usage_errors(line: Path) -> None:
    command = [sys.executable, "-m", "headwater", "models", "serve", "-m", str(line), "--no-conda"]
    variables = {**os.environ, "MLFLOW_MODELS_WORKERS": "many"}

    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)

    assert done.returncode == 2
    assert "Invalid HEADWATER_SCORING_WORKERS 'many': give a whole number from 1 to 256." in done.stderr
