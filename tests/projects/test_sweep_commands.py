"""`headwater sweep` over projects: real processes, ended in every way, and gone on with."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

import headwater as hw
from faults.programs import wait_for
from headwater.projects import sweep

PROJECT = """\
entry_points:
  main:
    parameters:
      x: {type: float, default: 0}
    command: "python train.py {x}"
sweep:
  metric: loss
  sampler: grid
  parameters:
    x: [1, 2, 3, 4]
"""
TRAIN = """\
import os, pathlib, sys, time
import headwater as hw
x = float(sys.argv[1])
with hw.start_run():
    while x >= 3 and not pathlib.Path("go").exists():
        time.sleep(0.05)
    hw.log_metric("loss", abs(x - 2))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project whose trials with x of 3 and more wait for the file `go`."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "MLproject").write_text(PROJECT)
    (folder / "train.py").write_text(TRAIN)
    return folder


def _start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "headwater", "sweep", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "headwater", "sweep", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def _runs(query: str = "") -> list[hw.entities.Run]:
    found: list[hw.entities.Run] = hw.search_runs(filter_string=query, output_format="list")
    return found


def _trials() -> list[hw.entities.Run]:
    return [run for run in _runs() if "headwater.sweep.trial" in run.data.tags]


def _count_states() -> Counter[str]:
    return Counter(run.data.tags.get("headwater.sweep.state", run.info.status) for run in _trials())


def _processes() -> list[psutil.Process]:
    ids = {run.info.run_id for run in _trials()}
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HEADWATER_RUN_ID") in ids and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def test_a_killed_sweep_goes_on_with_exactly_the_missing_trials(project: Path) -> None:
    with _start(project, "--parallel", "3") as process:
        wait_for(lambda: _count_states() == {"complete": 2, "RUNNING": 2})
        (parent,) = _runs("tags.headwater.sweep = '1'")
        with pytest.raises(hw.ResourceConflict, match="is carried out by process"):
            sweep(resume=parent.info.run_id)
        live = _processes()
        process.kill()
    wait_for(lambda: not any(trial.is_running() and trial.status() != "zombie" for trial in live))
    complete = {run.info.run_id for run in _trials() if run.info.status == "FINISHED"}
    lost = {run.info.run_id for run in _trials()} - complete
    with _start("--resume", parent.info.run_id, "--parallel", "2", "--json") as again:
        wait_for(lambda: _count_states() == {"complete": 2, "replaced": 2, "RUNNING": 2})
        (project / "go").touch()
        output, errors = again.communicate(timeout=60)

    assert again.returncode == 0, errors
    found = json.loads(output)
    assert [trial["params"]["x"] for trial in found["trials"]] == [1, 2, 3, 4]
    assert {trial["run_id"] for trial in found["trials"]} > complete
    assert not lost & {trial["run_id"] for trial in found["trials"]}
    assert _count_states() == {"complete": 4, "replaced": 2}
    assert {hw.get_run(run_id).info.status for run_id in lost} == {"KILLED"}
    assert hw.get_run(parent.info.run_id).data.params == {"x": "2"}


def test_a_terminated_sweep_ends_its_trials_and_goes_on_later(project: Path) -> None:
    with _start(project, "-P", "x=3", "--space", _space(project, "y: [1, 2]"), "--parallel", "2") as process:
        wait_for(lambda: _count_states() == {"RUNNING": 2})
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    (parent,) = _runs("tags.headwater.sweep = '1'")

    assert process.returncode == 1
    assert f"--resume {parent.info.run_id}" in errors
    assert "Traceback" not in errors
    assert (parent.info.status, _count_states()) == ("KILLED", {"KILLED": 2})
    assert _processes() == []
    (project / "go").touch()
    done = _run("--resume", parent.info.run_id)
    assert done.returncode == 0, done.stderr
    assert "Trial 1 complete: 1 (y=2) run " in done.stderr
    assert _count_states() == {"replaced": 2, "complete": 2}
    assert hw.get_run(parent.info.run_id).info.status == "FINISHED"


def _space(project: Path, parameters: str) -> Path:
    file = project / "space.yaml"
    file.write_text(f"metric: loss\nsampler: grid\nparameters:\n  {parameters}\n")
    return file


def test_the_command_line_says_what_is_best(project: Path) -> None:
    (project / "go").touch()

    done = _run(project, "--trials", "2", "--experiment-name", "tuning", "--run-name", "first", "--seed", "1")

    assert done.returncode == 0, done.stderr
    shown = dict(line.split("\t") for line in done.stdout.splitlines())
    assert (shown["loss"], shown["params.x"]) == ("0", "2")
    parent = hw.get_run(shown["run_id"])
    assert (parent.info.run_name, parent.data.tags["mlflow.source.name"]) == ("first", project.as_uri())
    best = hw.get_run(shown["best_run_id"])
    assert best.data.tags["mlflow.project.entryPoint"] == "main"
    assert best.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert hw.get_experiment(best.info.experiment_id).name == "tuning"


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (["--sampler", "bayes"], "sampler is 'bayes'. Use tpe, random, grid.", 1),
        (["-P", "x"], "'x' is not NAME=VALUE", 2),
        (["--space", "none.yaml"], "No such file: 'none.yaml'", 1),
    ],
)
def test_a_mistake_is_one_line_and_leaves_no_run(project: Path, arguments: list[str], message: str, code: int) -> None:
    done = _run(project, *arguments)

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert _runs() == []


def test_a_project_without_a_search_space_is_told_how_to_give_one(project: Path) -> None:
    (project / "MLproject").unlink()
    (project / "pyproject.toml").write_text("[tool.headwater.sweep]\nmetric = 'loss'\nparameters = {x = 'abc'}\n")

    with pytest.raises(hw.InvalidParameterValue, match="every parameter has one value"):
        sweep(project, entry_point="train.py")
    (project / "pyproject.toml").unlink()
    with pytest.raises(hw.InvalidParameterValue, match=r"has no table 'sweep'\. Add one, or give the file"):
        sweep(project, entry_point="train.py")


def test_what_the_project_cannot_do_is_said_before_anything_runs(project: Path) -> None:
    for message, arguments, options in (
        ("Expected float for parameter x but got 'abc'", (project, {"x": ["abc", "1"]}), {"metric": "loss"}),
        ("every parameter has one value, so there is nothing", (project,), {"parameters": {"x": "1"}}),
        ("Could not find nope among entry points", (project,), {"entry_point": "nope"}),
    ):
        with pytest.raises(hw.InvalidParameterValue, match=message):
            sweep(*arguments, **options)

    assert _runs() == []


def test_every_trial_runs_the_version_that_was_there_at_the_beginning(project: Path, git: Callable[..., str]) -> None:
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    commit = git(project, "rev-parse", "HEAD")
    begun = sweep(project, version="main", trials=1)
    (project / "train.py").write_text("raise SystemExit('not this one')")
    git(project, "commit", "-qam", "broken")

    found = sweep(resume=begun.run_id, trials=2)

    commits = {hw.get_run(trial.run_id).data.tags["mlflow.source.git.commit"] for trial in found.trials}
    assert ([trial.state for trial in found.trials], commits) == (["complete"] * 2, {commit})
