"""Commands about what models need installed."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import headwater as hw
from headwater.cli._root import root
from headwater.environments import Description, prepare_environment
from unit.tracking_places import own_place


def run(*arguments: str) -> Result:
    return CliRunner().invoke(root, list(arguments))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    with own_place(tmp_path, monkeypatch) as uri:
        yield uri


def test_environments_are_listed_and_removed() -> None:
    prepare_environment(Description(requirements=()))

    listed = json.loads(run("envs", "list", "--json").stdout)
    text = run("envs", "list").stdout
    kept = run("envs", "prune", "--unused-days", "1")
    tried = run("envs", "prune", "--dry-run")
    removed = run("envs", "prune")

    assert [set(entry) for entry in listed] == [{"name", "path", "size_bytes", "used_at", "requirements"}]
    assert listed[0]["name"] in text
    assert kept.stdout == ""
    assert tried.stdout == removed.stdout == f"{listed[0]['name']}\n"
    assert "Removed 1 environments" in removed.stderr
    assert json.loads(run("envs", "list", "--json").stdout) == []


@pytest.mark.slow
def test_the_environment_of_a_model_is_made_before_it_is_needed(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=len, pip_requirements=["six==1.16.0"])

    local = run("models", "prepare-env", "-m", str(tmp_path / "m"), "--env-manager", "local")
    made = run("models", "prepare-env", "-m", str(tmp_path / "m"))

    assert (local.exit_code, local.stdout) == (0, "")
    assert Path(made.stdout.strip()).exists()
    assert json.loads(run("envs", "list", "--json").stdout)[0]["requirements"][0] == "six==1.16.0"


def test_a_strangers_model_gets_no_environment_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=len)
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "other"))

    refused = run("models", "prepare-env", "-m", str(tmp_path / "m"))

    assert refused.exit_code == 1
    assert "was not saved by you" in refused.stderr
    assert json.loads(run("envs", "list", "--json").stdout) == []


def test_requirements_are_changed_from_the_command_line(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=len, pip_requirements=["requests"])

    added = run("models", "update-pip-requirements", "-m", str(tmp_path / "m"), "add", "pandas==2.3.3", "scipy")
    removed = run("models", "update-pip-requirements", "-m", str(tmp_path / "m"), "remove", "requests")

    assert (added.exit_code, removed.exit_code) == (0, 0)
    assert (tmp_path / "m" / "requirements.txt").read_text().splitlines() == ["mlflow", "pandas==2.3.3", "scipy"]
