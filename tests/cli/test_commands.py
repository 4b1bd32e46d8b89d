"""The command line on a real SQLite store."""

import csv
import io
import json
import math
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import SECTIONS, root
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import CreateRun, LogBatch, Param, RunTag
from headwater.stores import open_store
from headwater.version import __version__

Command = Callable[..., Result]


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    monkeypatch.setenv("HEADWATER_TRACKING_URI", uri)
    return uri


@pytest.fixture
def headwater(uri: str) -> Command:
    """Return a function that runs one command and returns its result."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(root, list(arguments), prog_name="headwater")

    return run


@pytest.fixture
def runs(uri: str) -> list[str]:
    """Return the ids of three runs of the experiment `digits`, their loss falling."""
    store = open_store(uri)
    experiment_id = store.experiments.create(CreateExperiment("digits")).experiment_id
    ids = []
    for number in range(3):
        request = CreateRun(experiment_id, start_time=1000 * (number + 1), run_name=f"run {number}")
        run_id = store.runs.create(request).run.info.run_id
        points = [Metric("loss", 1 / (number + step + 1), 1000 + step, step) for step in range(3)]
        store.runs.log_batch(LogBatch(run_id, points, [Param("n", str(number))], [RunTag("team", "a\tb")]))
        ids.append(run_id)
    store.close()
    return ids


def read_table(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout), delimiter="\t"))


def test_version_is_told(headwater: Command) -> None:
    assert headwater("--version").stdout == f"headwater, version {__version__}\n"


def test_every_command_explains_itself(headwater: Command) -> None:
    def paths(command: click.Command, path: list[str]) -> list[list[str]]:
        if not isinstance(command, click.Group):
            return [path]
        context = click.Context(command)
        children = ((name, command.get_command(context, name)) for name in command.list_commands(context))
        return [path, *(found for name, child in children if child for found in paths(child, [*path, name]))]

    helps = [headwater(*path, "--help") for path in paths(root, [])]

    assert len(helps) > 15
    assert all(result.exit_code == 0 and "Usage:" in result.stdout for result in helps)


def test_unknown_commands_are_usage_errors(headwater: Command) -> None:
    result = headwater("nosuch")

    assert result.exit_code == 2
    assert "No such command 'nosuch'." in result.stderr


def test_a_mistyped_command_is_guessed(headwater: Command) -> None:
    assert "Did you mean 'experiments'?" in headwater("exper").stderr
    assert "Did you mean 'describe'?" in headwater("runs", "descrbe").stderr
    assert "Did you mean 'experiments list' or 'runs list' or 'artifacts list'?" in headwater("list").stderr


def test_help_names_every_command_under_a_heading_and_cuts_nothing_off(headwater: Command) -> None:
    context = click.Context(root)
    listed = [name for names in SECTIONS.values() for name in names]

    text = headwater("-h").stdout

    assert sorted(listed) == root.list_commands(context)
    assert all(f"\n  {name} " in text for name in listed)
    assert "..." not in text.partition("Look:")[2]


def test_experiments_live_through_their_commands(headwater: Command) -> None:
    assert headwater("experiments", "create", "vision").stdout == "Created experiment 'vision' with id 1\n"
    assert "renamed to 'sight'" in headwater("experiments", "rename", "vision", "sight").stdout
    assert headwater("experiments", "delete", "sight").stdout == "Experiment with id 1 has been deleted.\n"
    assert [row["name"] for row in read_table(headwater("experiments", "list"))] == ["Default"]
    assert [row["name"] for row in read_table(headwater("experiments", "list", "--view", "deleted"))] == ["sight"]
    assert headwater("experiments", "restore", "-x", "1").exit_code == 0
    assert json.loads(headwater("experiments", "get", "sight", "--json").stdout)["lifecycle_stage"] == "active"


def test_mlflows_spellings_work(headwater: Command, runs: list[str]) -> None:
    assert headwater("experiments", "create", "-n", "new").exit_code == 0
    assert "vision" not in headwater("experiments", "search", "--view", "active_only").stdout
    assert headwater("experiments", "rename", "-x", "2", "--new-name", "newer").exit_code == 0
    assert json.loads(headwater("experiments", "get", "-n", "newer", "--output", "json").stdout)["name"] == "newer"
    assert len(read_table(headwater("runs", "list", "--experiment-id", "1"))) == 3
    described = json.loads(headwater("runs", "describe", "--run-id", runs[0]).stdout)
    assert list(described) == ["info", "data", "inputs", "outputs"]
    assert json.loads(headwater("experiments", "get", "-n", "newer", "--output", "json").stdout)["experiment_id"] == "2"
    assert headwater("doctor", "--mask-envs").exit_code in {0, 1}
    written = headwater("experiments", "csv", "-x", "1", "-o", "runs.csv").stdout
    assert written == "Experiment with ID 1 has been exported as a CSV to file: runs.csv.\n"
    assert ",1970-01-01 00:00:03.000+00:00," in Path("runs.csv").read_text()


def test_a_store_may_be_named_by_its_folder(headwater: Command, tmp_path: Path) -> None:
    assert headwater("--tracking-uri", "shelf", "experiments", "create", "vision").exit_code == 0
    found = headwater("--tracking-uri", f"sqlite:///{tmp_path / 'shelf' / 'headwater.db'}", "experiments", "list")
    refused = headwater("--tracking-uri", "databricks", "experiments", "list")

    assert [row["name"] for row in read_table(found)] == ["vision", "Default"]
    assert "Databricks is reached by MLflow's own client only" in refused.stderr


def test_a_refusal_is_one_line_and_status_1(headwater: Command) -> None:
    headwater("experiments", "create", "vision")

    for arguments in (
        ["experiments", "create", "vision"],
        ["experiments", "get", "-x", "99"],
        ["runs", "get", "0" * 32],
        ["run", "x" * 300],
        ["models", "sign", "nope"],
    ):
        result = headwater(*arguments)
        assert result.exit_code == 1
        assert result.stderr.startswith("Error: ")
        assert len(result.stderr.splitlines()) == 1
        assert not result.stdout


def test_a_missing_argument_is_a_usage_error(headwater: Command) -> None:
    result = headwater("experiments", "create")

    assert result.exit_code == 2
    assert "Missing the experiment's name" in result.stderr


def test_naming_an_experiment_twice_is_a_usage_error(headwater: Command) -> None:
    assert headwater("experiments", "get", "a", "-n", "b").exit_code == 2


def test_a_name_of_digits_is_found_unless_it_is_an_id(headwater: Command) -> None:
    headwater("experiments", "create", "2021")

    assert json.loads(headwater("experiments", "get", "2021", "--json").stdout)["experiment_id"] == "1"
    assert json.loads(headwater("experiments", "get", "0", "--json").stdout)["name"] == "Default"


def test_tracking_uri_may_stand_before_or_after_the_command(headwater: Command, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"

    headwater("--tracking-uri", other, "experiments", "create", "there")

    assert headwater("experiments", "get", "there", "--tracking-uri", other).exit_code == 0
    assert headwater("experiments", "get", "there").exit_code == 1


def test_runs_are_filtered_ordered_and_limited(headwater: Command, runs: list[str]) -> None:
    best = headwater(
        "runs",
        "list",
        "digits",
        "--filter",
        "metrics.loss < 0.3",
        "--order-by",
        "metrics.loss ASC",
        "--max-results",
        "1",
    )

    assert [row["id"] for row in read_table(best)] == [runs[2]]
    assert [row["id"] for row in read_table(headwater("runs", "list"))] == runs[::-1]
    assert headwater("runs", "list", "digits", "--filter", "metrics.loss <").exit_code == 1


def test_run_is_shown_for_people_and_programs(headwater: Command, runs: list[str]) -> None:
    shown = headwater("runs", "get", runs[0]).stdout
    record = json.loads(headwater("runs", "get", runs[0], "--json").stdout)

    assert "param n\t0\n" in shown
    assert "tag team\ta b\n" in shown
    assert record["info"]["run_name"] == "run 0"
    assert record["data"]["metrics"] == {"loss": 1 / 3}
    assert record["data"]["params"] == {"n": "0"}


def test_deleted_run_leaves_the_list_and_comes_back(headwater: Command, runs: list[str]) -> None:
    headwater("runs", "delete", runs[1])
    left = [row["id"] for row in read_table(headwater("runs", "list", "digits"))]
    headwater("runs", "restore", "--run-id", runs[1])

    assert left == [runs[2], runs[0]]
    assert len(read_table(headwater("runs", "list", "digits"))) == 3


def test_runs_are_exported_as_csv(headwater: Command, runs: list[str], tmp_path: Path) -> None:
    assert headwater("runs", "export", "digits", "-o", str(tmp_path / "runs.csv")).exit_code == 0

    with (tmp_path / "runs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["run_id"] for row in rows] == runs[::-1]
    assert rows[0]["params.n"] == "2"
    assert float(rows[0]["metrics.loss"]) == 1 / 5
    assert rows[0]["tags.team"] == "a\tb"


@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_histories_are_exported_as_json(headwater: Command, runs: list[str], tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"runs.{ending}"

    headwater("runs", "export", "digits", "--histories", "-o", str(path))

    text = path.read_text()
    records = json.loads(text) if ending == "json" else [json.loads(line) for line in text.splitlines()]
    assert [record["info"]["run_id"] for record in records] == runs[::-1]
    assert records[2]["histories"] == {"loss": [[0, 1000, 1.0], [1, 1001, 1 / 2], [2, 1002, 1 / 3]]}


def test_points_are_exported_as_csv(headwater: Command, runs: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(headwater("runs", "export", "digits", "--histories").stdout)))

    assert rows[0] == ["run_id", "key", "step", "timestamp", "value"]
    assert len(rows) == 1 + 9
    assert [runs[0], "loss", "2", "1002", repr(1 / 3)] in rows


def test_numbers_that_are_not_finite_are_exported(headwater: Command, uri: str) -> None:
    store = open_store(uri)
    run_id = store.runs.create(CreateRun("0")).run.info.run_id
    store.runs.log_batch(LogBatch(run_id, [Metric("a", math.nan, 1, 0), Metric("b", -math.inf, 1, 0)]))
    store.close()

    record = json.loads(headwater("runs", "get", run_id, "--json").stdout)

    assert record["data"]["metrics"] == {"a": "NaN", "b": "-Infinity"}


def test_empty_export_is_still_json(headwater: Command) -> None:
    assert json.loads(headwater("runs", "export", "--format", "json").stdout) == []


def test_doctor_names_what_is_wrong(headwater: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    checks = json.loads(headwater("doctor", "--json", "--tracking-uri", "ftp://nowhere").stdout)
    result = headwater("doctor", "--tracking-uri", "ftp://nowhere")

    states = {check["name"]: check["is_well"] for check in checks}
    assert states["versions"]
    assert not states["store"]
    assert result.exit_code == 1
    assert "'ftp'" in result.stdout


def test_doctor_hides_passwords(headwater: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_PASSWORD", "hunter2")
    monkeypatch.setenv("HEADWATER_BACKEND_STORE_URI", "postgresql://user:hunter2@nowhere/db")

    assert "hunter2" not in headwater("doctor").stdout
