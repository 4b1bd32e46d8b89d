"""Folders of artifacts as ZIP files over HTTP."""

import io
import zipfile
from pathlib import Path

import pytest

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.logged_models import CreateLoggedModel
from headwater.server.archives import ARCHIVE_PATH
from headwater.stores import open_store
from headwater.testing.servers import live_server
from headwater.testing.stores import make_run
from server.caller import call, get
from server.conftest import Served

_FILES = {"a.txt": b"one", "model/MLmodel": b"flavors: {}\n", "model/weights.bin": bytes(range(256)) * 20_000}


@pytest.fixture
def filled(served: Served) -> Served:
    files = [ArtifactFile(path, *served.store.blobs.write([data])) for path, data in _FILES.items()]
    root = f"{served.experiment_id}/{served.run_id}/artifacts"
    served.store.artifacts.commit(CommitArtifacts(root, files))
    return served


def _unpack(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_all_artifacts_of_a_run_come_as_one_zip(filled: Served) -> None:
    answer = get(filled.url, f"{ARCHIVE_PATH}?run_id={filled.run_id}")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f"attachment; filename={filled.run_id}.zip"
    assert _unpack(answer.body) == _FILES


def test_a_folder_comes_with_paths_below_it(filled: Served) -> None:
    answer = get(filled.url, f"{ARCHIVE_PATH}?run_id={filled.run_id}&path=model")

    assert answer.headers["content-disposition"] == "attachment; filename=model.zip"
    assert _unpack(answer.body).keys() == {"MLmodel", "weights.bin"}


def test_the_files_of_a_logged_model_come_as_one_zip(served: Served) -> None:
    info = served.store.logged_models.create(CreateLoggedModel(served.experiment_id, "forest")).model.info
    file = ArtifactFile("MLmodel", *served.store.blobs.write([b"flavors: {}\n"]))
    served.store.artifacts.commit(CommitArtifacts(info.artifact_uri.partition(":/")[2], [file]))

    answer = get(served.url, f"{ARCHIVE_PATH}?model_id={info.model_id}")

    assert _unpack(answer.body) == {"MLmodel": b"flavors: {}\n"}


def test_artifacts_in_a_place_of_their_own_come_too(tmp_path: Path) -> None:
    places = f"file://{tmp_path}/shared/"
    (tmp_path / "shared").mkdir()
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}", artifact_locations=[places])
    run_id = make_run(store, store.experiments.create(CreateExperiment("own place", f"{places}own")).experiment_id)
    store.locations.open(f"{places}own/{run_id}/artifacts").write("plots/roc.txt", [b"curve"])

    with live_server(store) as url:
        folder = get(url, f"{ARCHIVE_PATH}?run_id={run_id}&path=plots")
        whole = get(url, f"{ARCHIVE_PATH}?run_id={run_id}")
    store.close()

    assert _unpack(folder.body) == {"roc.txt": b"curve"}
    assert _unpack(whole.body) == {"plots/roc.txt": b"curve"}


def test_what_has_no_files_is_not_found(filled: Served) -> None:
    missing = get(filled.url, f"{ARCHIVE_PATH}?run_id={filled.run_id}&path=nothing")
    outside = get(filled.url, f"{ARCHIVE_PATH}?run_id={filled.run_id}&path=..")
    nobody = get(filled.url, f"{ARCHIVE_PATH}?run_id=nobody")
    head = call(filled.url, "HEAD", f"{ARCHIVE_PATH}?run_id={filled.run_id}")

    assert (missing.status, outside.status, nobody.status, head.status) == (404, 400, 404, 200)
    assert missing.message == f"There are no artifacts below 'nothing' of '{filled.run_id}' to download."
    assert head.body == b""
