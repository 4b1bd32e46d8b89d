"""kill -9 of `headwater gc` beside a process that writes: started again it finishes, and nothing lacks."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts, GetTree
from headwater.protocol.experiments import DeleteExperiment, SearchExperiments, ViewType
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.runs import DeleteRun, LogBatch, Run, SearchRuns
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.stores import make_experiment, make_run

RUNS = 120


def fill(store: Store, experiment_id: str, count: int) -> list[str]:
    run_ids = [make_run(store, experiment_id) for _ in range(count)]
    for number, run_id in enumerate(run_ids):
        store.runs.log_batch(LogBatch(run_id, [Metric("m", step, step, step) for step in range(100)]))
        files = [keep(store, name, content) for name, content in (("own", f"{number}"), ("shared", "same"))]
        store.artifacts.commit(CommitArtifacts(f"{experiment_id}/{run_id}/artifacts", files))
    return run_ids


def keep(store: Store, name: str, content: str) -> ArtifactFile:
    digest, size = store.blobs.write([content.encode() * 100])
    return ArtifactFile(name, digest, size)


def collect(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "headwater", "--tracking-uri", f"sqlite:///{folder / 'headwater.db'}", "gc"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [*command, "--yes", "--grace", "0s"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def write_meanwhile(store: Store, run_id: str) -> Iterator[int]:
    """Log one more point at each step."""
    step = 100
    while True:
        store.runs.log_batch(LogBatch(run_id, [Metric("m", step, step, step)]))
        step += 1
        yield step


@pytest.mark.parametrize("lines", [1, 30, RUNS + 1])
def test_a_killed_collection_goes_on_where_it_was(lines: int, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    kept_experiment, gone_experiment = make_experiment(store), make_experiment(store)
    kept = fill(store, kept_experiment, 5)
    for run_id in fill(store, kept_experiment, RUNS // 2):
        store.runs.delete(DeleteRun(run_id))
    fill(store, gone_experiment, RUNS // 2)
    store.experiments.delete(DeleteExperiment(gone_experiment))
    writing = write_meanwhile(store, kept[0])

    with collect(tmp_path) as first:
        assert first.stdout is not None
        for _ in range(lines):
            assert "has been permanently deleted" in first.stdout.readline()
            next(writing)
        first.send_signal(signal.SIGKILL)
    with collect(tmp_path) as second:
        output, errors = second.communicate(timeout=60)

    assert second.returncode == 0, errors
    assert "Deleted" in output
    written = next(writing)
    assert [run.info.run_id for run in search_all(store, kept_experiment)] == sorted(kept)
    experiments = store.experiments.search(
        SearchExperiments(max_results=10, view_type=ViewType.DELETED_ONLY)
    ).experiments
    assert not experiments
    counts = [len(store.metrics.get_history(GetHistory("m", run_id)).metrics) for run_id in kept]
    assert counts == [written, 100, 100, 100, 100]
    for number, run_id in enumerate(kept):
        files = store.artifacts.get_tree(GetTree(f"{kept_experiment}/{run_id}/artifacts")).files
        contents = {file.path: b"".join(store.blobs.read(file.digest)) for file in files}
        assert contents == {"own": f"{number}".encode() * 100, "shared": b"same" * 100}
    store.close()
    check_nothing_is_left_over(tmp_path)


def search_all(store: Store, experiment_id: str) -> list[Run]:
    found = store.runs.search(SearchRuns([experiment_id], run_view_type=ViewType.ALL, order_by=["run_id"]))
    return found.runs


def check_nothing_is_left_over(folder: Path) -> None:
    """No row without its run, no file without a name, no damage, no free pages."""
    with closing(sqlite3.connect(folder / "headwater.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        lost = "SELECT COUNT(*) FROM artifact WHERE owner NOT IN (SELECT uuid FROM run)"
        assert connection.execute(lost).fetchone() == (0,)
        named = {row[0] for row in connection.execute("SELECT digest FROM artifact")}
    folders = [path for path in (folder / "artifacts").iterdir() if path.name != "incoming"]
    assert {path.parent.name + path.name for part in folders for path in part.iterdir()} == named
