"""The client with explicit ids on a real SQLite store."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from faults.programs import run_program
from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


def test_a_created_run_is_running_with_no_tags_about_this_program() -> None:
    client = hw.Client()

    run = client.create_run("0", start_time=1_700_000_000_000, tags={"mlflow.user": "ada", "try": 2}, run_name="one")

    assert hw.active_run() is None
    found = client.get_run(run.info.run_id)
    assert (found.info.status, found.info.start_time, found.info.end_time) == ("RUNNING", 1_700_000_000_000, None)
    assert (found.info.user_id, found.info.run_name, found.info.experiment_id) == ("ada", "one", "0")
    assert found.data.tags == {"mlflow.user": "ada", "try": "2", "mlflow.runName": "one"}
    anonymous = client.create_run("0")
    assert anonymous.info.user_id == "unknown"
    assert anonymous.info.run_name
    with pytest.raises(hw.ResourceDoesNotExist, match="987"):
        client.create_run("987")


def test_a_batch_of_any_size_is_logged() -> None:
    client = hw.Client()
    run_id = client.create_run("0").info.run_id

    client.log_batch(
        run_id,
        metrics=[hw.Metric("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(2500)],
        params=[hw.Param(f"param{index}", str(index)) for index in range(150)],
        tags=[hw.RunTag(f"tag{index}", str(index)) for index in range(150)],
    )

    found = client.get_run(run_id)
    assert found.data.metrics == {"loss": 1 / 2500}
    assert found.data.params == {f"param{index}": str(index) for index in range(150)}
    assert {f"tag{index}" for index in range(150)} <= found.data.tags.keys()
    history = client.get_metric_history(run_id, "loss")
    assert [point.step for point in history] == list(range(2500))
    assert history[9] == hw.Metric("loss", 0.1, 1_700_000_000_009, 9)


def test_a_history_of_more_than_one_page_is_read_to_its_end() -> None:
    client = hw.Client()
    run_id = client.create_run("0").info.run_id
    client.log_batch(run_id, metrics=[hw.Metric("loss", step, step, step) for step in range(30_000)])

    values = [point.value for point in client.get_metric_history(run_id, "loss")]

    assert values == [float(step) for step in range(30_000)]


def test_a_history_is_ordered_by_time_and_keeps_what_is_not_finite() -> None:
    client = hw.Client()
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "loss", math.inf, timestamp=3, step=1)
    client.log_metric(run_id, "loss", -math.inf, timestamp=2, step=2)
    client.log_metric(run_id, "loss", math.nan, timestamp=1, step=3)

    history = client.get_metric_history(run_id, "loss")

    assert [point.step for point in history] == [3, 2, 1]
    assert math.isnan(history[0].value)
    assert [point.value for point in history[1:]] == [-math.inf, math.inf]
    assert client.get_metric_history(run_id, "unknown") == []
    assert client.get_metric_history("0" * 32, "loss") == []


def test_runs_can_be_ended_renamed_deleted_and_restored() -> None:
    client = hw.Client()
    run_id = client.create_run("0").info.run_id
    client.set_terminated(run_id)
    found = client.get_run(run_id)
    assert found.info.status == "FINISHED"
    assert found.info.end_time is not None

    client.set_terminated(run_id, "KILLED", end_time=found.info.start_time + 5)
    client.update_run(run_id, name="renamed")
    info = client.get_run(run_id).info
    assert (info.status, info.end_time, info.run_name) == ("KILLED", found.info.start_time + 5, "renamed")

    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert [run.info.run_id for run in client.search_runs("0", run_view_type=hw.ViewType.DELETED_ONLY)] == [run_id]
    client.restore_run(run_id)
    assert [run.info.run_id for run in client.search_runs("0", run_view_type=1)] == [run_id]
    with pytest.raises(hw.InvalidParameterValue, match="'DONE'"):
        client.set_terminated(run_id, "DONE")
    with pytest.raises(hw.InvalidParameterValue, match="Invalid view type '9'"):
        client.search_runs("0", run_view_type=9)


def test_found_runs_come_in_pages_with_a_token_for_the_next() -> None:
    client = hw.Client()
    made = [client.create_run("0", start_time=index, run_name=f"run{index}").info.run_id for index in range(5)]
    pages: list[list[str]] = []
    token: str | None = ""

    while token is not None:
        page = client.search_runs(["0"], order_by=["start_time ASC"], max_results=2, page_token=token)
        pages.append([run.info.run_id for run in page])
        token = page.token

    assert pages == [made[:2], made[2:4], made[4:]]
    (only,) = client.search_runs(["0"], "run_name = 'run3'")
    assert only.info.run_id == made[3]
    assert client.search_runs([]) == []
    with pytest.raises(hw.InvalidParameterValue, match="colour"):
        client.search_runs(["0"], "colour = 'red'")


def test_experiments_come_in_pages_too_and_can_be_renamed() -> None:
    client = hw.Client()
    ids = [client.create_experiment(f"e{index}", tags={"index": index}) for index in range(3)]
    first = client.search_experiments(filter_string="name LIKE 'e%'", order_by=["name ASC"], max_results=2)
    assert first.token is not None
    second = client.search_experiments(
        filter_string="name LIKE 'e%'", order_by=["name ASC"], max_results=2, page_token=first.token
    )
    assert [found.experiment_id for found in [*first, *second]] == ids
    assert second.token is None
    assert second[0].tags == {"index": "2"}

    client.rename_experiment(ids[0], "renamed")
    renamed = client.get_experiment_by_name("renamed")
    assert renamed is not None
    assert renamed.experiment_id == ids[0]
    assert client.get_experiment_by_name("e0") is None
    with pytest.raises(hw.ResourceAlreadyExists, match="e1"):
        client.create_experiment("e1")


def test_a_client_keeps_the_tracking_uri_it_was_made_with(tmp_path: Path) -> None:
    other = hw.Client(f"sqlite:///{tmp_path / 'other.db'}")
    run_id = other.create_run("0").info.run_id
    other.log_param(run_id, "depth", 6)
    other.log_text(run_id, "good", "report.txt")

    assert other.get_run(run_id).data.params == {"depth": "6"}
    assert [entry.path for entry in other.list_artifacts(run_id)] == ["report.txt"]
    assert Path(other.download_artifacts(run_id, "report.txt", tmp_path)).read_text() == "good"
    with pytest.raises(hw.ResourceDoesNotExist, match=run_id):
        hw.Client().get_run(run_id)


def test_a_folder_is_a_tracking_uri(tmp_path: Path) -> None:
    hw.set_tracking_uri(tmp_path / "place")

    assert hw.is_tracking_uri_set()
    assert hw.get_tracking_uri() == f"sqlite:///{tmp_path / 'place' / 'headwater.db'}"
    assert hw.Client().tracking_uri == hw.get_tracking_uri()
    hw.set_tracking_uri(None)
    assert not hw.is_tracking_uri_set()


def test_a_tracking_uri_names_a_file_whatever_its_spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    found = []
    for uri in ("sqlite:///runs.db", "sqlite:///~/runs.db", "file:./place"):
        hw.set_tracking_uri(uri)
        found.append(hw.get_tracking_uri())

    assert found == [
        f"sqlite:///{tmp_path / 'runs.db'}",
        f"sqlite:///{tmp_path / 'home' / 'runs.db'}",
        f"sqlite:///{tmp_path / 'place' / 'headwater.db'}",
    ]
    for uri in ("sqlite:///:memory:", "sqlite://", "mysql://host/runs"):
        hw.set_tracking_uri(uri)
        with pytest.raises(hw.InvalidParameterValue, match="Invalid store URI"):
            hw.search_experiments()
    with pytest.raises(
        hw.InvalidParameterValue, match="'databricks': Databricks is reached by MLflow's own client only"
    ):
        hw.set_tracking_uri("databricks")
    for uri in ("localhost:5000", "10.0.0.7:5000/"):
        with pytest.raises(hw.InvalidParameterValue, match=f"Use http://{uri} for a server, ./{uri} for a folder"):
            hw.set_tracking_uri(uri)


def test_with_sync_logging_the_store_has_what_was_logged_when_the_call_returns_and_its_refusal_is_raised(
    tmp_path: Path,
) -> None:
    code = """
from headwater.protocol.runs import GetRun, LogBatch, Param
from headwater.stores import open_store
store = open_store(hw.get_tracking_uri())
with hw.start_run() as run:
    run_id = run.info.run_id
    assert store.runs.get(GetRun(run_id=run_id)).run.info.status == 'RUNNING'
    store.runs.log_batch(LogBatch(run_id, params=[Param('depth', '6')]))
    hw.log_metric('loss', 0.5)
    (metric,) = store.runs.get(GetRun(run_id=run_id)).run.data.metrics
    assert metric.value == 0.5
    try:
        hw.log_param('depth', 7)
    except hw.InvalidParameterValue as error:
        print(error)
    hw.flush()
store.close()
"""

    result = run_program(tmp_path, f"sqlite:///{tmp_path / 'runs.db'}", code, HEADWATER_LOGGING="sync")

    assert result.returncode == 0, result.stderr
    assert "depth" in result.stdout
    assert "'6'" in result.stdout
    assert "'7'" in result.stdout
