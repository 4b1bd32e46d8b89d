"""The commands about saved views, on a real SQLite store."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import headwater as hw
from headwater.cli._root import root

Command = Callable[..., Result]

STATE = {"columns": ["metrics.loss"], "x": {"log": True}}


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that runs one command and returns its result."""
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWATER_TRACKING_URI", f"sqlite:///{tmp_path / 'headwater.db'}")

    def run(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(root, arguments, prog_name="headwater", input=given)

    return run


def saved_id(result: Result) -> str:
    assert result.exit_code == 0, result.stderr
    return result.stdout.split()[-1].rstrip(".")


def test_a_view_is_saved_shown_changed_and_deleted(command: Command, tmp_path: Path) -> None:
    experiment_id = hw.create_experiment("churn")
    (tmp_path / "curves.json").write_text(json.dumps(STATE))

    view_id = saved_id(command("views", "save", "curves", "curves.json", "churn"))
    shown = command("views", "show", view_id, "--state").stdout
    changed = command("views", "save", "curves", "-", "-x", experiment_id, given="columns: [params.depth]\n")
    listed = command("views", "list", "churn").stdout.splitlines()
    old = command("views", "show", view_id, "--version", "1", "--json").stdout
    deleted = command("views", "delete", view_id)

    assert json.loads(shown) == json.loads(old)["state"] == STATE
    assert changed.stdout == f"Saved version 2 of view 'curves' as {view_id}.\n"
    assert [line.split("\t")[:3] for line in listed] == [["id", "name", "version"], [view_id, "curves", "2"]]
    assert deleted.stdout == "Deleted view 'curves'.\n"
    assert command("views", "list", "churn", "--json").stdout == "[]\n"


def test_views_across_experiments_are_those_of_none(command: Command) -> None:
    view_id = saved_id(command("views", "save", "all runs", "-", given=json.dumps(STATE)))

    shown = dict(line.split("\t") for line in command("views", "show", view_id).stdout.splitlines())

    assert view_id in command("views", "list").stdout
    assert view_id not in command("views", "list", "Default").stdout
    assert (shown["experiment"], shown["version"], json.loads(shown["state"])) == ("all", "1", STATE)


def test_mistakes_are_told_in_one_line(command: Command) -> None:
    client = hw.Client()
    ids = [client.create_view("twice", {}).view_id for _ in range(2)]
    results = [
        (command("views", "show", "gone"), "No view has the id 'gone'"),
        (command("views", "delete", "gone"), "No view has the id 'gone'"),
        (command("views", "save", "a", "-", given="[1]"), "holds no object with names"),
        (command("views", "save", "a", "-", given="a: b: c"), "neither JSON nor YAML"),
        (command("views", "save", "twice", "-", given="{}"), "2 views are named 'twice' there"),
        (command("views", "list", "nowhere"), "'nowhere'"),
    ]

    for result, complaint in results:
        assert result.exit_code == 1
        assert complaint in result.stderr
        assert result.stderr.count("\n") == 1
    assert all(view_id in results[4][0].stderr for view_id in ids)


def test_the_client_saves_by_name(command: Command) -> None:
    client = hw.Client()

    first = client.save_view("curves", STATE, "0")
    again = client.save_view("curves", STATE, "0")
    second = client.save_view("curves", {"columns": []}, "0")

    assert (first.version, again.version, second.version) == (1, 1, 2)
    assert first.view_id == again.view_id == second.view_id
    assert client.save_view("curves", STATE).view_id != first.view_id
