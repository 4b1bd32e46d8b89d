"""What changed, when more changed than one answer holds."""

from pathlib import Path

from headwater.protocol.columns import Changes
from headwater.protocol.experiments import CreateExperiment, DeleteExperiment
from headwater.protocol.runs import CreateRun
from headwater.stores import open_store


def test_one_commit_that_changes_very_many_runs_does_not_stop_the_cursor(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    experiment_id = store.experiments.create(CreateExperiment("large")).experiment_id
    for _ in range(1_100):
        store.runs.create(CreateRun(experiment_id))
    before = store.columns.changes(Changes()).cursor

    store.experiments.delete(DeleteExperiment(experiment_id))
    answer = store.columns.changes(Changes(before))

    assert len(answer.runs) == 1_000
    assert answer.cursor == store.columns.changes(Changes()).cursor
    store.close()
