"""Sample data: made by the server in the background, like any runs, and removed without a trace."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.protocol.columns import QueryRuns
from headwater.protocol.experiments import CreateExperiment, ViewType
from headwater.protocol.home import ReadHome
from headwater.protocol.runs import CreateRun
from headwater.protocol.trash import ListTrash
from headwater.protocol.views import ListViews
from headwater.server.sample_runs import TOTAL, find_samples
from headwater.server.samples import SAMPLES_PATH
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.caller import get, post

_DEADLINE_S = 60.0


@pytest.fixture
def empty_store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    yield store
    store.close()


@pytest.fixture
def url(empty_store: Store) -> Iterator[str]:
    with live_server(empty_store) as url:
        yield url


def _wait_for(url: str, state: str) -> dict[str, object]:
    deadline = time.monotonic() + _DEADLINE_S
    while True:
        answer: dict[str, object] = get(url, SAMPLES_PATH).json
        if answer["state"] == state:
            return answer
        assert time.monotonic() < deadline, answer
        assert answer["state"] != "failed", answer
        time.sleep(0.02)


def _load(url: str) -> None:
    post(url, f"{SAMPLES_PATH}/load", {})
    _wait_for(url, "loaded")


def test_sample_data_are_made_like_any_runs_and_go_without_a_trace(url: str, empty_store: Store) -> None:
    assert _wait_for(url, "none") == {"state": "none", "done": 0, "total": 0, "message": ""}

    started = post(url, f"{SAMPLES_PATH}/load", {}).json
    second = post(url, f"{SAMPLES_PATH}/load", {})
    _wait_for(url, "loaded")

    assert started == {"state": "loading", "done": 0, "total": TOTAL, "message": ""}
    assert second.status == 409
    samples = [experiment.experiment_id for experiment in find_samples(empty_store)]
    runs = empty_store.columns.query_runs(QueryRuns(samples, columns=["metrics.val/accuracy", "params.rate"]))
    assert runs.matched == TOTAL
    assert empty_store.home.read(ReadHome()).has_samples
    assert [view.name for view in empty_store.views.list(ListViews(samples[0])).views] == ["What helps?"]

    post(url, f"{SAMPLES_PATH}/remove", {})
    _wait_for(url, "none")

    assert find_samples(empty_store) == []
    trash = empty_store.trash.list(ListTrash())
    assert (trash.experiment_ids, trash.run_ids) == ([], [])
    assert not empty_store.home.read(ReadHome()).has_samples


def test_runs_of_others_stay_when_sample_data_go(url: str, empty_store: Store) -> None:
    _load(url)
    shared, whole = [experiment.experiment_id for experiment in find_samples(empty_store)]
    mine = empty_store.runs.create(CreateRun(experiment_id=shared)).run.info.run_id

    post(url, f"{SAMPLES_PATH}/remove", {})
    _wait_for(url, "none")

    kept = empty_store.columns.query_runs(QueryRuns([shared], view_type=ViewType.ALL))
    assert kept.run_ids == [mine]
    assert find_samples(empty_store) == []
    assert whole != shared


def test_a_name_that_is_taken_is_said(url: str, empty_store: Store) -> None:
    empty_store.experiments.create(CreateExperiment("Sample data/two moons"))

    post(url, f"{SAMPLES_PATH}/load", {})

    assert "Sample data/two moons" in str(_wait_for(url, "failed")["message"])
