"""Logged models and inputs when runs move, are copied, and are deleted for good."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts, GetTree
from headwater.protocol.edits import CopyRun, MoveRuns
from headwater.protocol.experiments import DeleteExperiment
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, LogInputs, ModelInput
from headwater.protocol.model_versions import CreateModelVersion
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.protocol.runs import DeleteRun, SearchRuns
from headwater.protocol.trash import ListTrash, PurgeTrash
from headwater.stores.artifacts import LocalBlobs, ServedLocations
from headwater.stores.outgoing import HttpSender
from headwater.stores.sql import SqlStore
from headwater.testing.stores import get_run, make_experiment, make_run


@pytest.fixture
def store(database_uri: str, tmp_path: Path) -> Iterator[SqlStore]:
    blobs, live = LocalBlobs(tmp_path / "artifacts"), tmp_path / "live-logs"
    store = SqlStore(database_uri, blobs, ServedLocations([]), live, HttpSender)
    yield store
    store.close()


def make_model(store: SqlStore, experiment_id: str, name: str, run_id: str = "") -> str:
    """Create a logged model that has one file, and return where its files are."""
    folder = f"{experiment_id}/models/{name}/artifacts"
    row = (name, int(experiment_id), run_id, f"mlflow-artifacts:/{folder}")
    store.database.write(
        lambda connection: connection.execute(
            "INSERT INTO logged_model (uuid, exp_id, name, model_type, source_run_id, status, artifact_uri, "
            "creation_time, last_update_time) VALUES (?, ?, 'm', '', ?, 2, ?, 0, 0)",
            row,
        )
    )
    digest, size = store.blobs.write([name.encode()])
    store.artifacts.commit(CommitArtifacts(folder, [ArtifactFile("weights", digest, size)]))
    return folder


def list_models(store: SqlStore) -> dict[str, str]:
    with store.database.read() as connection:
        rows = connection.all("SELECT uuid, exp_id FROM logged_model ORDER BY uuid")
    return {name: str(exp_id) for name, exp_id in rows}


def has_files(store: SqlStore, folder: str) -> bool:
    return bool(store.artifacts.get_tree(GetTree(folder)).files)


def test_a_moved_run_takes_its_models_and_datasets_along(store: SqlStore) -> None:
    old, new = make_experiment(store), make_experiment(store)
    run_id = make_run(store, old)
    moved, stays = make_model(store, old, "m-moved", run_id), make_model(store, old, "m-stays")
    wine = Dataset("wine", "abc", "local", "{}", "{}", "{}")
    entry = DatasetInput(wine, [InputTag("mlflow.data.context", "training")])
    store.inputs.log(LogInputs(run_id, [entry], [ModelInput("m-read")]))
    before = get_run(store, run_id).inputs

    store.edits.move_runs(MoveRuns([run_id], new))
    store.experiments.delete(DeleteExperiment(old))
    purged = store.trash.purge(PurgeTrash())

    assert purged.experiment_ids == [old]
    assert list_models(store) == {"m-moved": new}
    assert (has_files(store, moved), has_files(store, stays)) == (True, False)
    assert get_run(store, run_id).inputs == before
    assert len(store.runs.search(SearchRuns([new], "dataset.name = 'wine' AND dataset.context = 'training'")).runs) == 1


def test_a_copy_has_read_what_the_run_did(store: SqlStore) -> None:
    run_id, other = make_run(store), make_experiment(store)
    wine = Dataset("wine", "abc", "local", "{}", "{}", "{}")
    store.inputs.log(LogInputs(run_id, [DatasetInput(wine, [])], [ModelInput("m-read")]))

    copies = [store.edits.copy_run(CopyRun(run_id, experiment_id=experiment)).run for experiment in ("", other)]

    assert [copy.inputs for copy in copies] == [get_run(store, run_id).inputs] * 2
    assert len(store.runs.search(SearchRuns([other], "dataset.name = 'wine'")).runs) == 1


def test_deleted_models_go_with_their_files(store: SqlStore) -> None:
    experiment_id = make_experiment(store)
    run_id = make_run(store, experiment_id)
    gone, kept = make_model(store, experiment_id, "m-gone"), make_model(store, experiment_id, "m-kept", run_id)
    store.database.write(
        lambda connection: connection.execute(
            "UPDATE logged_model SET deleted = 1, deleted_time = 1 WHERE uuid = ?", ("m-gone",)
        )
    )
    store.runs.delete(DeleteRun(run_id))

    listed = store.trash.list(ListTrash(model_ids=["m-gone", "m-never"]))
    named = store.trash.purge(PurgeTrash(model_ids=["m-gone"], limit=1))
    rest = store.trash.purge(PurgeTrash())

    assert (listed.model_ids, listed.run_ids, listed.unknown) == (["m-gone"], [], ["m-never"])
    assert (listed.files, listed.bytes) == (1, len("m-gone"))
    assert (named.model_ids, named.run_ids, named.remaining) == (["m-gone"], [], 0)
    assert rest.run_ids == [run_id]
    assert list_models(store) == {"m-kept": experiment_id}
    assert (has_files(store, gone), has_files(store, kept)) == (False, True)


def test_files_of_registered_versions_outlive_their_run_and_experiment(store: SqlStore) -> None:
    experiment_id = make_experiment(store)
    run_id = make_run(store, experiment_id)
    root = f"{experiment_id}/{run_id}/artifacts"
    for path in ("model/weights", "notes"):
        digest, size = store.blobs.write([path.encode()])
        store.artifacts.commit(CommitArtifacts(root, [ArtifactFile(path, digest, size)]))
    store.registered_models.create(CreateRegisteredModel("churn"))
    store.model_versions.create(CreateModelVersion("churn", f"mlflow-artifacts:/{root}/model", run_id=run_id))
    store.experiments.delete(DeleteExperiment(experiment_id))

    purged = store.trash.purge(PurgeTrash())

    assert (purged.run_ids, purged.experiment_ids) == ([run_id], [experiment_id])
    assert [file.path for file in store.artifacts.get_tree(GetTree(f"{root}/model")).files] == ["weights"]
    assert not has_files(store, f"{root}/notes")
