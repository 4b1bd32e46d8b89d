"""Python models that MLflow and Headwater save for each other, none of them with the other one installed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from compat.client_process import CACHE, HERE
from headwater.testing.environments import environment_python

EXPECTED: dict[str, Any] = {
    "artifact": ["word", 1],
    "class": [6, 7],
    "code": [7, 2],
    "function": [2],
    "hinted": ["user"],
    "hinted-function": ["A"],
    "module": [2, 4],
    "params": [3, 1.0],
    "pydantic-function": ["user"],
    "stream": ["a"],
}

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(600)]


def run(side: str, script: str, *arguments: str, folder: Path) -> str:
    """Run a script with one of the two MLflows, or with Headwater, and return what it printed."""
    is_ours = side in {"headwater", "standing-in"}
    python = sys.executable if is_ours else str(environment_python(HERE / "clients" / f"{side}.txt", CACHE))
    done = subprocess.run(
        [python, "-W", "ignore", str(HERE / script), side if is_ours else "mlflow", *arguments],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "HEADWATER_ALLOW_PICKLE": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=["mlflow-3", "mlflow-2", "headwater", "standing-in"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Return who saved the models, and where."""
    folder = tmp_path_factory.mktemp("saved")
    run(request.param, "python_models_write.py", str(folder), folder=folder)
    return request.param, folder


@pytest.mark.parametrize("reader", ["mlflow-3", "mlflow-2", "headwater"])
def test_each_side_calls_the_models_of_the_other(saved: tuple[str, Path], reader: str, tmp_path: Path) -> None:
    writer, folder = saved
    expected = {name: value for name, value in EXPECTED.items() if (writer, name) != ("headwater", "code")}

    printed = run(reader, "python_models_read.py", str(folder), folder=tmp_path)

    assert json.loads(printed.splitlines()[-1]) == expected
