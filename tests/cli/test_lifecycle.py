"""The commands that change runs after the fact and empty the trash, on a real SQLite store."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import root
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.experiments import CreateExperiment, DeleteExperiment
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import DeleteRun, GetRun, LogBatch, Param
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import get_run, make_run

Command = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    monkeypatch.setenv("HEADWATER_TRACKING_URI", uri)
    return open_store(uri)


@pytest.fixture
def headwater() -> Command:
    return lambda *arguments: CliRunner().invoke(root, list(arguments), prog_name="headwater")


def make_trash(store: Store) -> tuple[str, str, str]:
    """Return an experiment and a run in the trash, and a run in use, each with a file of ten bytes."""
    gone = store.experiments.create(CreateExperiment("gone")).experiment_id
    kept = store.experiments.create(CreateExperiment("kept")).experiment_id
    runs = make_run(store, gone), make_run(store, kept), make_run(store, kept)
    for number, run_id in enumerate(runs):
        store.runs.log_batch(LogBatch(run_id, [Metric("m", 1.0, step, step) for step in range(10)]))
        digest, size = store.blobs.write([f"content  {number}".encode()])
        root_path = f"{get_run(store, run_id).info.experiment_id}/{run_id}/artifacts"
        store.artifacts.commit(CommitArtifacts(root_path, [ArtifactFile("a", digest, size)]))
    store.experiments.delete(DeleteExperiment(gone))
    store.runs.delete(DeleteRun(runs[1]))
    return gone, runs[1], runs[2]


def test_gc_says_what_it_would_delete_and_deletes_it(store: Store, headwater: Command) -> None:
    experiment_id, run_id, kept = make_trash(store)

    unasked = headwater("gc")
    dry = headwater("gc", "--dry-run")
    young = headwater("gc", "--older-than", "2d8h5m20s", "--yes")
    done = headwater("gc", "--yes", "--grace", "0s")
    again = headwater("gc", "--yes", "--grace", "0s", "--json")

    assert unasked.exit_code == 2
    assert "This deletes for good and nobody can be asked. Give --yes, or --dry-run to see what." in unasked.stderr
    assert dry.stdout == "Would delete 2 run(s) with 20 points, 0 model(s), 1 experiment(s), 2 file(s) of 20 B.\n"
    assert young.stdout.startswith("Deleted 0 run(s) with 0 points, 0 model(s), 0 experiment(s), 0 file(s) of 0 B;")
    lines = done.stdout.splitlines()
    assert f"Run with ID {run_id} has been permanently deleted." in lines
    assert f"Experiment with ID {experiment_id} has been permanently deleted." in lines
    assert lines[-1].startswith("Deleted 2 run(s) with 20 points, 0 model(s), 1 experiment(s), 2 file(s) of 20 B;")
    assert json.loads(again.stdout) == {
        "dry_run": False,
        "run_ids": [],
        "model_ids": [],
        "experiment_ids": [],
        "unknown": [],
        "points": 0,
        "files": 0,
        "file_bytes": 0,
        "database_bytes": 0,
    }
    assert store.runs.get(GetRun(run_id=kept)).run.data.metrics == [Metric("m", 1.0, 9, 9)]


def test_gc_works_through_a_server(store: Store, headwater: Command) -> None:
    _, run_id, kept = make_trash(store)

    with live_server(store) as url:
        named = headwater("--tracking-uri", url, "gc", "--run-ids", f"{run_id},gone", "--yes", "--grace", "0s")
        refused = headwater("gc", "--tracking-uri", url, "--run-ids", kept, "--yes")

    assert f"Run with ID {run_id} has been permanently deleted." in named.stdout
    assert "'gone' is not in the store; it may be gone already." in named.stderr
    assert "Deleted 1 run(s) with 10 points, 0 model(s), 0 experiment(s), 1 file(s) of 10 B;" in named.stdout
    assert (refused.exit_code, f"Run '{kept}' is not in the trash." in refused.stderr) == (1, True)


def test_gc_explains_a_span_that_is_none(store: Store, headwater: Command) -> None:
    result = headwater("gc", "--older-than", "30x")

    assert result.exit_code == 2
    assert "Could not parse any time information from '30x'. Examples of valid strings: '8h'," in result.stderr


def test_runs_are_changed_and_the_changes_listed(store: Store, headwater: Command) -> None:
    target = store.experiments.create(CreateExperiment("target")).experiment_id
    run_id = make_run(store, name="base")
    points = [Metric("loss", 1.0, step, step) for step in range(10)]
    store.runs.log_batch(LogBatch(run_id, points, [Param("lr", "0.1")]))

    said = [
        headwater("runs", *arguments.split(" ")).stdout
        for arguments in (
            f"set-param {run_id} lr 0.2",
            f"rename-metric {run_id} loss error",
            f"rewind {run_id} --step 4",
            f"move {run_id} --to target",
            f"delete-metric {run_id} never",
        )
    ]
    fork = headwater("runs", "fork", run_id, "--step", "2", "--name", "side").stdout.strip()
    clone = json.loads(headwater("runs", "clone", run_id, "--json").stdout)
    edits = headwater("runs", "edits", run_id, "--json")
    table = headwater("runs", "edits", run_id, "--key", "lr").stdout.splitlines()

    assert said == [
        "Param 'lr' is now '0.2'.\n",
        "10 point(s) of 'loss' are now 'error'.\n",
        "5 point(s) after step 4 have been dropped.\n",
        f"1 run(s) have been moved to experiment {target}.\n",
        "0 point(s) of 'never' have been dropped.\n",
    ]
    run = get_run(store, fork)
    assert (run.info.run_name, run.data.metrics) == ("side", [Metric("error", 1.0, 2, 2)])
    assert (clone["info"]["run_name"], clone["data"]["params"], clone["data"]["metrics"]) == (
        "base-copy",
        {"lr": "0.2"},
        {},
    )
    actions = [edit["action"] for edit in json.loads(edits.stdout)]
    assert actions == ["set_param", "rename_metric", "rewind", "move"]
    assert [line.split("\t")[2:] for line in table] == [
        ["edit", "key", "old", "new"],
        ["set_param", "lr", "0.1", "0.2"],
    ]


def test_what_cannot_be_changed_is_said_in_a_line(store: Store, headwater: Command) -> None:
    run_id = make_run(store)

    unknown = headwater("runs", "rename-metric", run_id, "loss", "error")
    nowhere = headwater("runs", "move", run_id, "--to", "nowhere")

    assert unknown.stderr == f"Error: No metric 'loss' in run '{run_id}'. See its metrics for the exact name.\n"
    assert nowhere.stderr == "Error: Could not find experiment with name 'nowhere'\n"
