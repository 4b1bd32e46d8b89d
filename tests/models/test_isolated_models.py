"""Models in processes and environments of their own."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest
from click.testing import CliRunner
from sklearn.linear_model import LinearRegression

import headwater as hw
from headwater.cli._root import root
from headwater.environments import list_environments, prune_environments
from models.wheels import write_wheel

pytestmark = [pytest.mark.slow]
WHEEL = "own_wheel_of_a_test-1.0-py3-none-any.whl"


CODE = """
import headwater as hw

class Model(hw.pyfunc.PythonModel):
    # does what it is told, with a package that is installed nowhere but in its environment
    def predict(self, model_input):
        import own_wheel_of_a_test

        print("printed by the model")
        if hasattr(model_input, "columns"):
            return model_input * own_wheel_of_a_test.FACTOR
        return own_wheel_of_a_test.DO[model_input]()

    def predict_stream(self, model_input):
        for number in range(3):
            if model_input == "break" and number == 2:
                raise ValueError("broken")
            yield number

hw.models.set_model(Model())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("isolated")


@pytest.fixture(scope="module")
def wheel(folder: Path) -> Path:
    """Return a wheel made by hand."""
    code = (
        "import os, sys, time\n"
        "FACTOR = 3\n"
        "def fail(): raise ValueError('no good')\n"
        "def fail_oddly(): raise type('Odd', (Exception,), {})('odd')\n"
        "DO = {'pid': os.getpid, 'path': lambda: sys.executable, 'fail': fail, 'odd': fail_oddly,\n"
        "      'die': lambda: os._exit(3), 'wait': lambda: time.sleep(600), 'object': lambda: object(),\n"
        "      'variable': lambda: os.environ.get('VARIABLE_OF_A_TEST'), 'paths': lambda: sys.path}\n"
    )
    return write_wheel(folder, "own_wheel_of_a_test", code)


@pytest.fixture(scope="module")
def saved(folder: Path, wheel: Path) -> Path:
    """Return a model that was saved by this user; its environment is made once for all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADWATER_HOME", str(folder / "home"))
        (folder / "code.py").write_text(CODE)
        options: dict[str, Any] = {"python_model": folder / "code.py", "pip_requirements": [str(wheel), "pandas"]}
        hw.pyfunc.save_model(folder / "model", **options)
    return folder / "model"


@pytest.fixture(autouse=True)
def home(folder: Path, saved: Path, uri: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADWATER_HOME", str(folder / "home"))
    return folder / "home"


@pytest.fixture
def model(saved: Path, home: Path) -> Iterator[Any]:
    loaded: Any = hw.pyfunc.load_model(saved, env_manager="uv")
    yield loaded
    loaded.close()


def test_the_model_runs_in_its_own_environment(model: Any, home: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])

    assert model.predict(frame).equals(frame * 3)
    assert Path(model.predict("path")).is_relative_to(home / "environments")
    assert model.predict("pid") != os.getpid()
    assert not [path for path in model.predict("paths") if path.startswith(sys.prefix)]
    with pytest.raises(hw.NotSupported, match="process of its own"):
        model.unwrap_python_model()


def test_what_the_model_prints_goes_to_the_standard_error_of_its_user(saved: Path) -> None:
    program = (
        "import headwater as hw\n"
        f"with hw.pyfunc.load_model({str(saved)!r}, env_manager='uv') as model:\n    print(model.predict('path'))\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "printed by the model" in done.stderr
    assert Path(done.stdout.strip()).exists()


def test_errors_come_back_with_their_text(model: Any) -> None:
    with pytest.raises(ValueError, match="no good") as caught:
        model.predict("fail")
    assert "own_wheel_of_a_test.py" in caught.value.__notes__[0]
    with pytest.raises(hw.HeadwaterError, match="The model failed: Odd: odd"):
        model.predict("odd")
    with pytest.raises(hw.InvalidParameterValue, match="'object' cannot be sent"):
        model.predict("object")
    assert model.predict("variable") is None


def test_parts_of_a_prediction_arrive_and_may_be_left(model: Any) -> None:
    assert list(model.predict_stream("all")) == [0, 1, 2]
    for part in model.predict_stream("all"):
        assert part == 0
        break
    with pytest.raises(ValueError, match="broken"):
        list(model.predict_stream("break"))
    assert list(model.predict_stream("all")) == [0, 1, 2]


def test_a_process_that_dies_is_said_to_and_another_takes_its_place(model: Any) -> None:
    before = model.predict("pid")

    with pytest.raises(hw.TemporarilyUnavailable, match="ended with status 3"):
        model.predict("die")

    assert model.predict("pid") != before


def test_models_may_share_an_environment(model: Any, saved: Path) -> None:
    other: Any = hw.pyfunc.load_model(saved, env_manager="virtualenv")

    assert other.predict("pid") != model.predict("pid")
    assert other.predict("path") == model.predict("path")
    other.close()


def test_threads_share_the_process(model: Any) -> None:
    frames = [pd.DataFrame({"a": [number]}) for number in range(20)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(model.predict, frames))

    assert [frame["a"].tolist() for frame in found] == [[number * 3] for number in range(20)]


def test_a_forked_process_has_a_model_process_of_its_own(model: Any) -> None:
    def tell(queue: Any) -> None:
        queue.put(model.predict("pid"))
        model.close()

    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    before = model.predict("pid")
    child = context.Process(target=tell, args=(queue,))
    child.start()
    there = queue.get(timeout=60)
    child.join()

    assert there != before
    assert model.predict("pid") == before


def test_the_process_ends_with_the_one_that_uses_it_whatever_it_is_doing(saved: Path) -> None:
    program = (
        "import sys, threading, headwater as hw\n"
        f"model = hw.pyfunc.load_model({str(saved)!r}, env_manager='uv')\n"
        "print(model.predict('pid'), flush=True)\n"
        "model.predict('wait')\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    child = psutil.Process(pid)

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert child.wait(timeout=30) is None or not child.is_running()


def test_processes_that_ask_at_once_share_one_environment(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    program = (
        "import headwater as hw\n"
        f"print(hw.pyfunc.load_model({str(saved)!r}, env_manager='uv', allow_pickle=True).predict('path'))\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(3)
    ]

    printed = {process.communicate()[0] for process in started}

    assert len(printed) == 1
    assert Path(printed.pop().strip()).exists()
    assert len(list_environments()) == 1
    assert not list((tmp_path / "home" / "environments").glob("*.part"))


def test_an_environment_in_use_is_not_removed(model: Any, home: Path) -> None:
    model.predict("pid")
    kept = list_environments()

    assert prune_environments() == []
    assert list_environments() == kept
    assert model.predict("pid")


def test_unused_environments_are_removed(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    loaded: Any = hw.pyfunc.load_model(saved, env_manager="uv", allow_pickle=True)
    loaded.close()
    del loaded

    assert prune_environments(unused_s=3600) == []
    assert prune_environments(dry_run=True) == list_environments()
    assert len(prune_environments()) == 1
    assert list_environments() == []


def test_a_strangers_model_installs_nothing_without_consent(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))

    with pytest.raises(hw.PermissionDenied):
        hw.pyfunc.load_model(saved, env_manager="uv")

    assert list_environments() == []


def test_requirements_that_cannot_be_installed_are_said_to(saved: Path, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent-1.0-py3-none-any.whl")
    hw.pyfunc.save_model(tmp_path / "m", python_model=len, pip_requirements=[absent])

    with pytest.raises(hw.InvalidParameterValue, match=r"(?s)environment cannot be made.*absent"):
        hw.pyfunc.load_model(tmp_path / "m", env_manager="uv")


def test_only_known_managers_make_environments(saved: Path) -> None:
    with pytest.raises(hw.NotSupported, match="No environment is made by 'conda'"):
        hw.pyfunc.load_model(saved, env_manager="conda")


def test_closing_ends_the_process_at_once(model: Any) -> None:
    child = psutil.Process(model.predict("pid"))
    started = time.monotonic()

    model.close()

    assert not child.is_running()
    assert time.monotonic() - started < 4
    assert threading.active_count() < 50


def test_a_model_is_proved_to_work_with_what_it_says_it_needs(saved: Path, folder: Path) -> None:
    found = hw.models.verify_environment(saved)
    told = CliRunner().invoke(root, ["models", "verify", str(saved), "--environment"])

    assert not found.has_predicted
    assert f"own-wheel-of-a-test @ {(folder / WHEEL).as_uri()}" in found.installed
    assert told.exit_code == 0, told.output
    assert f"environment  loads; it has no input example to predict, with Python {found.python}" in told.output


def test_a_model_that_says_too_little_is_told_to(folder: Path, saved: Path) -> None:
    estimator = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
    hw.sklearn.save_model(estimator, folder / "short", pip_requirements=["pandas"])

    with pytest.raises(
        hw.InvalidParameterValue, match=r"own requirements: .* needs the module 's\w+'.*add its package"
    ):
        hw.models.verify_environment(folder / "short")
    told = CliRunner().invoke(root, ["models", "verify", str(folder / "short"), "--environment"])

    assert told.exit_code != 0


def test_an_example_is_predicted_in_the_environment(folder: Path, saved: Path) -> None:
    options: dict[str, Any] = {"python_model": folder / "code.py", "pip_requirements": [str(folder / WHEEL), "pandas"]}
    failing = {**options, "input_example": ["fail"], "signature": False}
    hw.pyfunc.save_model(folder / "good", **options, input_example=pd.DataFrame({"a": [1.0]}), signature=False)
    hw.pyfunc.save_model(folder / "failing", **failing)

    assert hw.models.verify_environment(folder / "good").has_predicted
    with pytest.raises(hw.InvalidParameterValue, match="does not work in an environment of its own"):
        hw.models.verify_environment(folder / "failing")
