"""The demo and the examples, run as a user runs them."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.stores import open_store
from headwater.testing.servers import live_server

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(folder: Path, *arguments: str | Path) -> str:
    """Run Python in `folder` and return what it printed."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "HEADWATER_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def export(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run(folder, "-m", "headwater", "runs", "export"))))


@pytest.mark.slow
def test_demo_trains_and_tracks_real_models(tmp_path: Path) -> None:
    run(tmp_path, "-m", "headwater", "demo", "--epochs", "3", "--no-serve")

    rows = export(tmp_path)
    assert len(rows) == 14
    assert {row["status"] for row in rows} == {"FINISHED"}
    assert {row["params.algorithm"] for row in rows} == {"sgd", "mlp", "boosting", "forest"}
    assert max(float(row["metrics.final_accuracy"]) for row in rows) > 0.9
    history = run(tmp_path, "-m", "headwater", "runs", "export", "digits", "--histories")
    assert history.count(f"{rows[0]['run_id']},test/loss,") == 3


def test_demo_gives_its_code_away_once(tmp_path: Path) -> None:
    run(tmp_path, "-m", "headwater", "demo", "--copy")
    first = (tmp_path / "headwater_demo.py").read_text()

    again = subprocess.run(
        [sys.executable, "-m", "headwater", "demo", "--copy"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert "import headwater as hw" in first
    assert again.returncode == 1
    assert "exists already" in again.stderr


def test_sweep_finds_its_best_runs(tmp_path: Path) -> None:
    lines = run(tmp_path, EXAMPLES / "sweep.py").splitlines()

    losses = [float(line.split()[0]) for line in lines]
    assert len(losses) == 3
    assert losses == sorted(losses)
    assert len(export(tmp_path)) == 10


def test_resumed_training_is_one_run_without_gaps(tmp_path: Path) -> None:
    for _ in range(3):
        printed = run(tmp_path, EXAMPLES / "resume.py")

    assert printed.startswith("Step 100 of 100")
    assert len(export(tmp_path)) == 1
    points = run(tmp_path, "-m", "headwater", "runs", "export", "resume", "--histories")
    steps = [int(row["step"]) for row in csv.DictReader(io.StringIO(points))]
    assert sorted(steps) == list(range(100))


def test_plain_http_can_log(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'runs.db'}")
    with live_server(store) as url:
        page = run(tmp_path, EXAMPLES / "rest.py", url).strip()
        run_id = page.rpartition("/")[2]
        shown = run(tmp_path, "-m", "headwater", "--tracking-uri", url, "runs", "get", run_id, "--json")
    store.close()

    record = json.loads(shown)
    assert page.startswith(f"{url}/#/experiments/0/runs/")
    assert record["info"]["status"] == "FINISHED"
    assert record["data"]["metrics"] == {"loss": 0.01}


def test_sync_delivers_what_a_program_without_server_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import headwater as hw; hw.set_tracking_uri('http://127.0.0.1:1')\n"
        "with hw.start_run(experiment_id='0'):\n"
        "    hw.log_metric('m', 1.5)\n"
    )
    monkeypatch.setenv("HEADWATER_EXIT_TIMEOUT", "0")
    run(tmp_path, "-c", program)

    told = run(tmp_path, "-m", "headwater", "sync", "--tracking-uri", f"sqlite:///{tmp_path}/.headwater/headwater.db")

    assert "1 journals" in told
    assert [row["metrics.m"] for row in export(tmp_path)] == ["1.5"]
