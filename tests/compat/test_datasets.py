"""Descriptions of data equal those that the real mlflow makes, and what one client logs the other reads."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import headwater as hw
from compat.client_process import Session, checks_in, run_checks
from headwater.stores import open_store
from headwater.testing.environments import environment_python
from headwater.testing.servers import live_server
from unit.tracking_places import own_place

HERE = Path(__file__).parent
DELTA = HERE / "delta_cases.py"
CACHE = HERE.parents[1] / ".cache" / "environments"

pytestmark = [pytest.mark.compat, pytest.mark.slow]


def run_peer(folder: Path, *arguments: str, **variables: str) -> str:
    """Run a script with the peer and return the last line that it prints."""
    python = environment_python(HERE / "clients" / "mlflow-data.txt", CACHE)
    done = subprocess.run(
        [str(python), *arguments],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_digests_schemas_profiles_and_sources_are_those_of_mlflow(tmp_path: Path) -> None:
    printed = run_peer(tmp_path, str(HERE / "dataset_cases.py"), PYTHONPATH=str(HERE.parents[1] / "src"))

    report: dict[str, str] = json.loads(printed)
    assert len(report) > 200
    assert {name: difference for name, difference in report.items() if difference} == {}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a new store and log to it."""
    store = open_store(f"sqlite:///{tmp_path / 'served.db'}")
    with live_server(store) as url, own_place(tmp_path, monkeypatch):
        hw.set_tracking_uri(url)
        yield url
        hw.flush()
    store.close()


def test_tables_images_and_inputs_of_one_client_are_found_by_the_other(server: str, tmp_path: Path) -> None:
    hw.set_experiment("shared")
    with hw.start_run() as run:
        hw.log_table({"n": [1, 2], "s": ["a", None]}, "rows.json")
        hw.log_image(np.zeros((4, 4, 3), np.uint8), key="samples", step=2)
        frame = pd.DataFrame({"a": [1, 2], "t": ["x", "y"]})
        hw.log_input(hw.data.from_pandas(frame, "train.csv", name="ours"), "training")
    hw.flush()

    run_id = run.info.run_id
    found = json.loads(run_peer(tmp_path, str(HERE / "shared_run.py"), run_id, MLFLOW_TRACKING_URI=server))

    assert [row[::2] for row in found["rows"]] == [[1, run_id], [2, run_id]]
    assert found["dataset"]["digest"] == found["digest"]
    assert found["dataset"]["name"] == "ours"
    assert found["source"] == {"uri": "train.csv"}
    assert found["tags"] == {"mlflow.data.context": "training"}
    assert [name.split("+timestamp")[0] for name in found["images"]] == ["images/samples+step+2"] * 2
    assert hw.load_table("rows.json")["s"].tolist()[2:] == ["mlflow"]
    inputs = {given.dataset.name: given for given in hw.get_run(run_id).inputs.dataset_inputs}
    assert inputs["theirs"].context == "eval"
    assert isinstance(hw.data.get_source(inputs["theirs"]), hw.data.CodeSource)
    assert inputs["theirs"].dataset.digest == hw.data.from_numpy(np.arange(3)).digest


@pytest.fixture(scope="module")
def delta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    variables = {"PYTHONPATH": str(HERE.parents[1] / "src")}
    with run_checks("mlflow-data", DELTA, tmp_path_factory.mktemp("delta"), variables=variables) as found:
        yield found


@pytest.mark.parametrize("check", checks_in(DELTA))
def test_delta_tables_are_datasets_without_spark(delta: Session, check: str) -> None:
    assert not delta.report[check], delta.report[check]
