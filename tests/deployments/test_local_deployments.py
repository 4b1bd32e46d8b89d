"""The target "local": real servers of this machine that outlive the command that started them."""

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest
from click.testing import CliRunner, Result

import headwater as hw
from headwater.cli._root import root
from headwater.deployments.local import LocalDeploymentClient
from headwater.protocol.errors import (
    BadRequest,
    InvalidParameterValue,
    NotSupported,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
)
from scoring.models import save_linear

FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 1.0]})
LOCAL = {"env-manager": "local"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return this test's own folder, which is the current one; afterwards no server of it runs."""
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADWATER_TRACKING_URI", f"sqlite:///{tmp_path / 'headwater.db'}")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    client = LocalDeploymentClient("local")
    for found in client.list_deployments():
        client.delete_deployment(found["name"])


@pytest.fixture
def client(home: Path) -> LocalDeploymentClient:
    return LocalDeploymentClient("local")


@pytest.fixture
def line(home: Path) -> str:
    """Return the folder of y = 2a + b."""
    return str(save_linear(home / "line"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(root, ["deployments", *arguments, "-t", "local"])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_deployment_outlives_the_command_that_made_it(home: Path, line: str) -> None:
    command = [sys.executable, "-m", "headwater", "deployments"]
    created = subprocess.run(
        [*command, "create", "-t", "local", "--name", "churn", "-m", "line", "-C", "env-manager=local"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (home / "in.csv").write_text("a,b\n1,1\n2,1\n")
    (home / "in.json").write_text('{"dataframe_split": {"columns": ["a", "b"], "data": [[5, 1]]}}')

    listed = json.loads(run("list", "--json").stdout)
    of_csv = run("predict", "--name", "churn", "-I", "in.csv")
    of_json = run("predict", "--name", "churn", "-I", "in.json", "-O", "out.json")
    deleted = run("delete", "--name", "churn")

    assert created.returncode == 0, created.stderr
    assert [found["status"] for found in listed] == ["RUNNING"]
    assert listed[0]["url"] in created.stdout
    assert json.loads(of_csv.stdout)["predictions"] == pytest.approx([3.0, 5.0])
    assert json.loads((home / "out.json").read_text())["predictions"] == pytest.approx([11.0]), of_json.output
    assert deleted.exit_code == 0
    assert not psutil.pid_exists(listed[0]["pid"]) or psutil.Process(listed[0]["pid"]).status() == "zombie"
    assert json.loads(run("list", "--json").stdout) == []


def test_an_update_leaves_no_moment_without_an_answer(home: Path, client: LocalDeploymentClient, line: str) -> None:
    steeper = str(save_linear(home / "steeper", slope=3.0))
    before = client.create_deployment("churn", line, config=LOCAL)
    answers: list[float] = []
    failures: list[Exception] = []
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            try:
                answers.append(_ask(before["url"]))
            except (OSError, urllib.error.URLError) as error:
                failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    after = client.update_deployment("churn", steeper)
    answers.append(_ask(after["url"]))
    is_over.set()
    asking.join()

    assert not failures
    assert (after["url"], after["created_ms"]) == (before["url"], before["created_ms"])
    assert after["pid"] != before["pid"]
    assert answers[0] == pytest.approx(2.0)
    assert answers[-1] == pytest.approx(3.0)
    assert answers == sorted(answers) or set(map(round, answers)) == {2, 3}


def _ask(url: str) -> float:
    body = b'{"inputs": {"a": [1.0], "b": [0.0]}}'
    request = urllib.request.Request(f"{url}/invocations", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return float(json.loads(reply.read())["predictions"][0])


def test_an_update_that_fails_changes_nothing(home: Path, client: LocalDeploymentClient, line: str) -> None:
    before = client.create_deployment("churn", line, config=LOCAL)
    (home / "broken").mkdir()
    (home / "broken" / "MLmodel").write_text("flavors: {}")

    with pytest.raises(InvalidParameterValue, match=r"The server did not start:\n.*flavor"):
        client.update_deployment("churn", str(home / "broken"))
    with pytest.raises(InvalidParameterValue, match="keeps its host and its port"):
        client.update_deployment("churn", config={"port": free_port()})

    assert client.get_deployment("churn") == before
    assert client.predict("churn", FRAME)["predictions"] == pytest.approx([3.0, 5.0])


def test_a_server_that_died_is_said_to_be_stopped_and_comes_back(client: LocalDeploymentClient, line: str) -> None:
    port = free_port()
    made = client.create_deployment("churn", line, config={**LOCAL, "port": port})
    process = psutil.Process(made["pid"])
    process.kill()
    process.wait(30)

    stopped = client.get_deployment("churn")
    with pytest.raises(TemporarilyUnavailable, match="deployments update"):
        client.predict("churn", FRAME)
    again = client.update_deployment("churn")

    assert stopped["status"] == "STOPPED"
    assert (again["status"], again["url"]) == ("RUNNING", f"http://127.0.0.1:{port}")
    assert client.predict("churn", FRAME)["predictions"] == pytest.approx([3.0, 5.0])


def test_everything_can_be_asked(client: LocalDeploymentClient, line: str) -> None:
    client.create_deployment("churn", line, config={**LOCAL, "workers": 2})

    columns = FRAME.to_dict("list")
    asked: list[Any] = [FRAME, {"inputs": columns}, columns, '{"inputs": {"a": [1], "b": [1]}}']
    answers = [client.predict("churn", inputs) for inputs in asked]

    assert [len(answer["predictions"]) for answer in answers] == [2, 2, 2, 1]
    assert answers[0].get_predictions()[0].tolist() == pytest.approx([3.0, 5.0])
    assert answers[0].get_predictions("ndarray").shape == (2, 1)
    assert json.loads(answers[0].to_json() or "") == answers[0]
    with pytest.raises(InvalidParameterValue, match="missing inputs"):
        client.predict("churn", FRAME[["a"]])


def test_parts_of_an_answer_come_as_the_model_makes_them(home: Path, client: LocalDeploymentClient, line: str) -> None:
    class Counting(hw.pyfunc.PythonModel):
        def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
            return list(self.predict_stream(context, model_input))

        def predict_stream(self, context: Any, model_input: Any, params: Any = None) -> Iterator[Any]:
            yield from (1, float("nan"))
            if model_input != ["short"]:
                raise ValueError("no more")

    hw.pyfunc.save_model(home / "counting", python_model=Counting(), pip_requirements=[])
    client.create_deployment("counting", str(home / "counting"), config=LOCAL)
    client.create_deployment("churn", line, config=LOCAL)

    parts = list(client.predict_stream("counting", '{"inputs": ["short"]}'))
    failing: Iterator[Any] = client.predict_stream("counting", '{"messages": "long"}')

    assert parts == [{"predictions": 1}, {"predictions": None}]
    assert [next(failing), next(failing)] == [1, None]
    with pytest.raises(BadRequest, match="Error: ValueError: no more"):
        next(failing)
    with pytest.raises(NotSupported, match="does not answer in parts"):
        list(client.predict_stream("churn", FRAME))


def test_what_cannot_be_is_said_clearly(home: Path, client: LocalDeploymentClient, line: str) -> None:
    client.create_deployment("churn", line, config=LOCAL)

    with pytest.raises(ResourceAlreadyExists, match="'churn'"):
        client.create_deployment("churn", line)
    for name in ("", "../x", "a/b", "-x", "x" * 65, "a\n"):
        with pytest.raises(InvalidParameterValue, match="Invalid name"):
            client.create_deployment(name, line)
        with pytest.raises(ResourceDoesNotExist):
            client.get_deployment(name)
    for config, reason in (
        ({"colour": "red"}, "Unknown configuration 'colour'"),
        ({"port": "many"}, "not as expected"),
        ({"workers": "0"}, "is none of its kind"),
        ({"port": "70000"}, "is none of its kind"),
        ({"env-manager": "poetry"}, "Unknown env-manager 'poetry'"),
    ):
        with pytest.raises(InvalidParameterValue, match=reason):
            client.create_deployment("other", line, config=config)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InvalidParameterValue, match="Cannot listen"):
        client.create_deployment("other", line, config={"port": taken.getsockname()[1]})
    with pytest.raises(NotSupported, match="no endpoints"):
        client.create_endpoint("e")
    with pytest.raises(NotSupported, match="no explanations"):
        client.explain("churn", FRAME)

    client.delete_deployment("absent")
    assert [found["name"] for found in client.list_deployments()] == ["churn"]
    assert sorted(path.name for path in (home / "home" / "deployments").iterdir()) == ["churn"]


def test_another_process_with_the_same_number_is_left_alone(
    home: Path, client: LocalDeploymentClient, line: str
) -> None:
    made = client.create_deployment("churn", line, config=LOCAL)
    process = psutil.Process(made["pid"])
    process.kill()
    process.wait(30)
    file = home / "home" / "deployments" / "churn" / "deployment.json"
    kept = json.loads(file.read_text())
    kept["process"]["pid"] = os.getpid()
    file.write_text(json.dumps(kept))

    client.delete_deployment("churn")

    assert psutil.pid_exists(os.getpid())
    assert client.list_deployments() == []


def test_targets_are_found_by_their_names(home: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidParameterValue, match="No target was given"):
        hw.deployments.get_deploy_client()
    with pytest.raises(InvalidParameterValue, match="No target 'mars' is known"):
        hw.deployments.set_deployments_target("mars:/x")
    monkeypatch.setenv("HEADWATER_DEPLOYMENTS_TARGET", "local")

    assert isinstance(hw.deployments.get_deploy_client(), LocalDeploymentClient)
    assert "env-manager" in hw.deployments.target_help("local")
    assert "env-manager" in run("help").stdout
    made = hw.deployments.run_local("local", "churn", line, config=LOCAL)
    assert made is not None
    assert made["status"] == "RUNNING"
