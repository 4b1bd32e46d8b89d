"""What our autologging logs is what the real mlflow's logs: the same names, and values that are close."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.stores import open_store
from headwater.testing.environments import environment_python
from headwater.testing.servers import live_server

HERE = Path(__file__).parent
SCRIPT = HERE / "autolog_cases.py"
CACHE = HERE.parents[1] / ".cache" / "environments"

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


def run_cases(python: str, name: str, folder: Path, **variables: str) -> list[list[dict[str, Any]]]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "OMP_NUM_THREADS": "1", **variables}
    done = subprocess.run(
        [python, str(SCRIPT), name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[list[dict[str, Any]]], list[list[dict[str, Any]]]]:
    """Return what we logged and what mlflow logged, to our server: a list of runs for each case."""
    ours, theirs = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("theirs")
    python = str(environment_python(HERE / "clients" / "mlflow-3.txt", CACHE))
    mine = run_cases(
        sys.executable,
        "headwater",
        ours,
        HEADWATER_TRACKING_URI=f"sqlite:///{ours / 'runs.db'}",
        HEADWATER_HOME=str(ours / "home"),
    )
    store = open_store(f"sqlite:///{theirs / 'runs.db'}")
    with live_server(store) as url:
        reference = run_cases(
            python,
            "mlflow",
            theirs,
            MLFLOW_TRACKING_URI=url,
            MLFLOW_DISABLE_TELEMETRY="true",
            MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT="true",
            GIT_PYTHON_REFRESH="quiet",
            MPLBACKEND="agg",
        )
    store.close()
    return mine, reference


def facts(run: dict[str, Any]) -> dict[str, Any]:
    """Return all but values that are measured, and the status, which mlflow fails for troubles of its own."""
    names = {"metrics": sorted(run["metrics"])}
    return {key: value for key, value in run.items() if key not in {"metrics", "status"}} | names


def values(runs: list[dict[str, Any]]) -> list[dict[str, float]]:
    """Return metrics that do not measure time."""
    return [{key: value for key, value in run["metrics"].items() if "_time" not in key} for run in runs]


def test_runs_params_tags_and_artifacts_are_the_same(logged: tuple[Any, Any]) -> None:
    mine, reference = logged

    for ours, theirs in zip(mine, reference, strict=True):
        assert {run["status"] for run in ours} <= {"FINISHED"}
        assert [facts(run) for run in ours] == [facts(run) for run in theirs]


def test_metrics_are_close(logged: tuple[Any, Any]) -> None:
    mine, reference = logged

    for ours, theirs in zip(mine, reference, strict=True):
        assert values(ours) == [pytest.approx(run, rel=1e-6, nan_ok=True) for run in values(theirs)]
