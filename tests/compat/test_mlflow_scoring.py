"""The same requests to `mlflow models serve` and to our server of the same models: equal answers, or a known reason."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from compat.client_process import CACHE, HERE
from headwater.testing.environments import environment_python
from headwater.testing.scoring_servers import live_scoring
from scoring.cases import CASES, DIFFERENCES, Case
from scoring.models import SIGNATURES, save_echo, save_linear
from server.caller import Answer, call

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(600)]

START_S = 180


@pytest.fixture(scope="module")
def python() -> Path:
    return environment_python(HERE / "clients" / "mlflow-3.txt", CACHE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scoring")


@pytest.fixture(scope="module")
def pairs(python: Path, folder: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """Return for each model the URLs of our server and of MLflow's."""
    models = {name: save_echo(folder, name) for name in SIGNATURES} | {"line": save_linear(folder / "line")}
    with ExitStack() as stack:
        peers = stack.enter_context(_peers(python, models, folder))
        ours = {
            name: stack.enter_context(live_scoring(str(path), allow_pickle=True)).url for name, path in models.items()
        }
        yield {name: (ours[name], peers[name]) for name in models}


@contextmanager
def _peers(python: Path, models: dict[str, Path], folder: Path) -> Iterator[dict[str, str]]:
    """Serve each model by MLflow on a port that was free a moment ago."""
    variables = {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(HERE.parent),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    processes: dict[str, tuple[subprocess.Popen[bytes], str]] = {}
    try:
        for name, path in models.items():
            port = _free_port()
            command = [str(python), "-m", "mlflow", "models", "serve", "-m", str(path), "--port", str(port)]
            with (folder / f"{name}.log").open("wb") as log:
                process = subprocess.Popen(
                    [*command, "--env-manager", "local"], env=variables, stdout=log, stderr=log, start_new_session=True
                )
            processes[name] = (process, f"http://127.0.0.1:{port}")
        for name, (process, url) in processes.items():
            _wait_until_alive(url, process, folder / f"{name}.log")
        yield {name: url for name, (_, url) in processes.items()}
    finally:
        for process, _ in processes.values():
            os.killpg(process.pid, 15)
            process.wait(30)


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_alive(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    import time

    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            call(url, "GET", "/ping")
        except OSError:
            continue
        return
    raise AssertionError(log.read_text()[-3000:])


def _ask(url: str, case: Case) -> Answer:
    headers = {"content-type": case.content_type} if case.content_type else {}
    return call(url, "POST", "/invocations", case.body, headers)


def _essence(answer: Answer) -> Any:
    """Return what clients go by: status, and predictions or the error's code and class."""
    if answer.status == 200:
        return 200, json.loads(answer.body)
    try:
        body = json.loads(answer.body)
    except ValueError:
        return answer.status, answer.headers["content-type"]
    return answer.status, body["error_code"], body["error_class"], body["sqlstate"]


@pytest.mark.parametrize("name", [name for name in CASES if name not in DIFFERENCES])
def test_requests_are_answered_as_mlflow_answers_them(name: str, pairs: dict[str, tuple[str, str]]) -> None:
    case = CASES[name]

    ours, peers = (_ask(url, case) for url in pairs[case.model])

    assert _essence(ours) == _essence(peers), (ours.body, peers.body)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_differences_that_are_meant_are_still_there(name: str, pairs: dict[str, tuple[str, str]]) -> None:
    case = CASES[name]

    ours, peers = (_ask(url, case) for url in pairs[case.model])

    assert _essence(ours) != _essence(peers), "MLflow answers as we do now: take the case off the list of differences."


@pytest.mark.parametrize("what", ["array", "matrix", "nan", "frame", "series", "dict", "scalar", "text", "texts"])
def test_predictions_are_written_as_mlflow_writes_them(what: str, pairs: dict[str, tuple[str, str]]) -> None:
    body = json.dumps({"inputs": {"what": [what]}})

    ours, peers = (
        call(url, "POST", "/invocations", body, {"content-type": "application/json"}) for url in pairs["returns"]
    )

    assert repr(ours.json) == repr(peers.json)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/ping"), ("GET", "/health"), ("POST", "/ping"), ("GET", "/invocations"), ("GET", "/nope")],
)
def test_other_routes_answer_as_mlflows_do(method: str, path: str, pairs: dict[str, tuple[str, str]]) -> None:
    ours, peers = (call(url, method, path) for url in pairs["line"])

    assert (ours.status, ours.body, ours.headers["content-type"]) == (
        peers.status,
        peers.body,
        peers.headers["content-type"],
    )


def test_a_model_that_we_saved_predicts_the_same_in_both(pairs: dict[str, tuple[str, str]]) -> None:
    body = '{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2], [3.5, -1]]}}'

    ours, peers = (
        call(url, "POST", "/invocations", body, {"content-type": "application/json"}) for url in pairs["line"]
    )

    assert ours.json == peers.json
