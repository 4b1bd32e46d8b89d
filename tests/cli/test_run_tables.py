"""The commands that make a run by hand, and a table of an experiment's runs."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import headwater as hw
from headwater.cli._root import root

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that runs one command and returns its result."""
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWATER_TRACKING_URI", f"sqlite:///{tmp_path / 'headwater.db'}")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(root, arguments, prog_name="headwater")

    return run


def printed(result: Result) -> str:
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_a_run_is_made_by_hand(command: Command) -> None:
    arguments = ("--run-name", "by hand", "-t", "team=red", "--description", "about", "--status", "FAILED")

    made = json.loads(printed(command("runs", "create", "Default", *arguments)))
    child = json.loads(printed(command("runs", "create", "-x", "0", "--parent-run-id", made["run_id"])))

    tags = hw.get_run(made["run_id"]).data.tags
    assert (made["run_name"], made["status"], made["start_time"]) == ("by hand", "FAILED", made["end_time"])
    assert (tags["team"], tags["mlflow.note.content"]) == ("red", "about")
    assert hw.Client().get_parent_run(child["run_id"]).info.run_id == made["run_id"]  # type: ignore[union-attr]  # it has one
    assert command("runs", "create", "nowhere").exit_code == 1


def test_the_runs_of_an_experiment_are_a_table(command: Command, tmp_path: Path) -> None:
    with hw.start_run(run_name="a"):
        hw.log_param("depth", 3)
    hw.flush()

    rows = list(csv.DictReader(io.StringIO(printed(command("experiments", "csv", "-x", "0")))))
    printed(command("experiments", "csv", "Default", "-o", "runs.csv"))

    assert [row["params.depth"] for row in rows] == ["3"]
    assert list(csv.DictReader(io.StringIO((tmp_path / "runs.csv").read_text()))) == rows
