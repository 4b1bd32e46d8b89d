"""What our evaluation gives is what the real mlflow's gives: the same names, and the same values."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import headwater
from headwater.stores import open_store
from headwater.testing.environments import environment_python
from headwater.testing.servers import live_server

HERE = Path(__file__).parent
SCRIPT = HERE / "evaluation_cases.py"
CACHE = HERE.parents[1] / ".cache" / "environments"
SOURCE = Path(headwater.__file__).parents[1]
OUR_PLOTS = {"residuals_plot", "predicted_vs_actual_plot"}

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


def run_cases(name: str, folder: Path, **variables: str) -> list[dict[str, Any]]:
    python = environment_python(HERE / "clients" / "evaluation.txt", CACHE)
    done = subprocess.run(
        [str(python), str(SCRIPT), name],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what we and what mlflow found, each in the same packages."""
    ours, theirs = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("theirs")
    mine = run_cases(
        "headwater",
        ours,
        PYTHONPATH=str(SOURCE),
        HEADWATER_TRACKING_URI=f"sqlite:///{ours / 'runs.db'}",
        HEADWATER_HOME=str(ours / "home"),
    )
    store = open_store(f"sqlite:///{theirs / 'runs.db'}")
    with live_server(store) as url:
        reference = run_cases(
            "mlflow",
            theirs,
            MLFLOW_TRACKING_URI=url,
            MLFLOW_DISABLE_TELEMETRY="true",
            MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT="true",
            MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false",
            GIT_PYTHON_REFRESH="quiet",
        )
    store.close()
    return mine, reference


def test_metrics_have_the_same_names_and_values(evaluated: tuple[Any, Any]) -> None:
    mine, reference = evaluated

    for ours, theirs in zip(mine, reference, strict=True):
        assert ours["metrics"] == pytest.approx(theirs["metrics"], rel=1e-9, abs=1e-9)
        assert ours["logged"] == pytest.approx(theirs["logged"], rel=1e-9, abs=1e-9)


def test_artifacts_have_the_same_names_and_a_regressor_has_two_plots_more(evaluated: tuple[Any, Any]) -> None:
    mine, reference = evaluated

    for ours, theirs in zip(mine, reference, strict=True):
        more = OUR_PLOTS if "sum_on_target" in ours["metrics"] else set()
        assert set(ours["artifacts"]) == set(theirs["artifacts"]) | more
        assert set(ours["files"]) == set(theirs["files"]) | {f"{name}.png" for name in more}


def test_the_table_of_classes_is_the_same(evaluated: tuple[Any, Any]) -> None:
    mine, reference = evaluated

    for ours, theirs in zip(mine, reference, strict=True):
        assert list(ours["classes"]) == list(theirs["classes"])
        for column, values in theirs["classes"].items():
            assert ours["classes"][column] == pytest.approx(values, rel=1e-9, abs=1e-9), column


def test_datasets_and_status_of_the_run_are_the_same(evaluated: tuple[Any, Any]) -> None:
    mine, reference = evaluated

    for ours, theirs in zip(mine, reference, strict=True):
        assert (ours["datasets"], ours["status"]) == (theirs["datasets"], theirs["status"])
