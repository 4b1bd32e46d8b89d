"""Logged models through the fluent functions and the client, on a real SQLite store."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from headwater.tracking.session import current_session
from unit.tracking_places import own_place

WINE = hw.Dataset("wine", "abc123", "local", "wine.csv")


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("HEADWATER_ACTIVE_MODEL_ID", "")
    monkeypatch.setenv("MLFLOW_ACTIVE_MODEL_ID", "")
    with own_place(tmp_path, monkeypatch) as place:
        yield place
    hw.clear_active_model()


def _points(model_id: str) -> list[tuple[str, float, int, str]]:
    return [(point.key, point.value, point.step, point.dataset_name) for point in hw.get_logged_model(model_id).metrics]


def test_a_model_belongs_to_the_active_run_and_is_pending_until_it_is_finalized() -> None:
    with hw.start_run() as run:
        model = hw.initialize_logged_model("forest", tags={"team": "a"}, params={"depth": 6}, model_type="clf")

        ready = hw.finalize_logged_model(model.model_id, "READY")

    assert (model.status, ready.status) == ("PENDING", "READY")
    assert (ready.name, ready.model_type, ready.source_run_id) == ("forest", "clf", run.info.run_id)
    assert (ready.params, ready.tags["team"]) == ({"depth": "6"}, "a")
    assert ready.tags["mlflow.user"]
    assert ready.model_uri == f"models:/{model.model_id}"
    assert hw.last_logged_model() == ready
    assert ready.to_dictionary()["status"] == hw.LoggedModelStatus.READY
    assert "forest" in ready._repr_html_()


def test_metrics_with_a_model_and_a_dataset_are_kept_for_the_run_and_the_model() -> None:
    with hw.start_run() as run:
        model_id = hw.initialize_logged_model("forest").model_id
        for step in range(3):
            hw.log_metric("accuracy", step / 4, step=step, model_id=model_id, dataset=WINE)
        hw.log_metrics({"loss": 0.5, "f1": 0.25}, step=7, model_id=model_id)
        hw.log_metric("plain", 1.0)

    found = hw.get_run(run.info.run_id)
    assert _points(model_id) == [
        ("accuracy", 0.0, 0, "wine"),
        ("accuracy", 0.25, 1, "wine"),
        ("accuracy", 0.5, 2, "wine"),
        ("f1", 0.25, 7, ""),
        ("loss", 0.5, 7, ""),
    ]
    assert found.data.metrics == {"accuracy": 0.5, "loss": 0.5, "f1": 0.25, "plain": 1.0}
    assert found.inputs == hw.RunInputs([hw.DatasetInput(WINE)], [hw.LoggedModelInput(model_id)])


def test_a_dataset_without_a_model_becomes_an_input_of_the_run() -> None:
    class Holder:
        """A dataset with data in it."""

        def to_entity(self) -> hw.Dataset:
            return WINE

    with hw.start_run() as run:
        hw.log_metric("accuracy", 0.5, dataset=Holder())
        with pytest.raises(hw.InvalidParameterValue, match="Invalid dataset of type 'dict'"):
            hw.log_metric("accuracy", 0.5, dataset={})  # type: ignore[arg-type]  # the mistake in question

    found = hw.get_run(run.info.run_id)
    assert found.inputs == hw.RunInputs([hw.DatasetInput(WINE)])
    assert found.data.metrics == {"accuracy": 0.5}


def test_metrics_at_the_step_of_a_model_that_the_run_made_belong_to_it() -> None:
    with hw.start_run() as run:
        model_id = hw.initialize_logged_model("checkpoint").model_id
        hw.log_outputs([hw.LoggedModelOutput(model_id, step=2)])
        for step in range(4):
            hw.log_metric("loss", step, step=step)

    assert _points(model_id) == [("loss", 2.0, 2, "")]
    assert hw.get_run(run.info.run_id).outputs == hw.RunOutputs([hw.LoggedModelOutput(model_id, 2)])
    assert [point.step for point in hw.Client().get_metric_history(run.info.run_id, "loss")] == [0, 1, 2, 3]


def test_the_active_model_gets_the_metrics_of_its_block_and_task() -> None:
    first, second = (hw.create_external_model(name).model_id for name in ("first", "second"))

    async def log_in_task() -> None:
        with hw.start_run():
            hw.log_metric("elsewhere", 1)

    with hw.start_run():
        hw.set_active_model(model_id=first)
        with hw.set_active_model(name="second") as active:
            assert hw.get_active_model_id() == second == active.model_id
            hw.log_metric("inner", 1)
            hw.log_model_params({"lr": 0.1})
        hw.log_metric("outer", 1)
        hw.clear_active_model()
        hw.log_metric("neither", 1)
    asyncio.run(log_in_task())

    assert hw.get_active_model_id() is None
    assert [point[0] for point in _points(first)] == ["outer"]
    assert [point[0] for point in _points(second)] == ["inner"]
    assert hw.get_logged_model(second).params == {"lr": "0.1"}


def test_the_environment_can_name_the_active_model(monkeypatch: pytest.MonkeyPatch) -> None:
    model_id = hw.create_external_model("given").model_id
    monkeypatch.setenv("MLFLOW_ACTIVE_MODEL_ID", model_id)

    with hw.start_run():
        hw.log_metric("accuracy", 0.5)

    assert hw.get_active_model_id() == model_id
    assert _points(model_id) == [("accuracy", 0.5, 0, "")]


def test_an_external_model_is_ready_and_says_that_it_is_external() -> None:
    model = hw.create_external_model("gpt", params={"temperature": 0})

    files = hw.Client().list_logged_model_artifacts(model.model_id)
    folder = Path(hw.artifacts.download_artifacts(model.artifact_location))
    assert (model.status, model.tags["mlflow.model.isExternal"]) == ("READY", "true")
    assert [file.path for file in files] == ["MLmodel"]
    assert f"model_id: {model.model_id}" in (folder / "MLmodel").read_text()


def test_an_active_model_that_does_not_exist_is_created() -> None:
    active = hw.set_active_model(name="new")

    assert hw.get_logged_model(active.model_id).status == "READY"
    with pytest.raises(hw.InvalidParameterValue, match="exactly one of"):
        hw.set_active_model()
    with pytest.raises(hw.ResourceDoesNotExist, match="'m-none' not found"):
        hw.set_active_model(model_id="m-none")


def test_models_are_found_as_a_list_and_as_a_frame() -> None:
    with hw.start_run():
        for name, value in (("a", 0.7), ("b", 0.9), ("c", 0.8)):
            model_id = hw.initialize_logged_model(name, params={"n": name}).model_id
            hw.log_metric("accuracy", value, model_id=model_id, dataset=WINE)

    best = hw.search_logged_models(
        filter_string="metrics.accuracy > 0.75 AND name IN ('a', 'b', 'c')",
        datasets=[{"dataset_name": "wine"}],
        order_by=[{"field_name": "metrics.accuracy", "ascending": False}],
        output_format="list",
    )
    frame = hw.search_logged_models(max_results=2)

    assert [model.name for model in best] == ["b", "c"]
    assert frame["name"].tolist() == ["c", "b"]
    assert frame["params"].tolist() == [{"n": "c"}, {"n": "b"}]
    assert hw.search_logged_models(filter_string="name = 'z'").columns.tolist() == frame.columns.tolist()
    with pytest.raises(hw.InvalidParameterValue, match="Invalid key 'field'"):
        hw.search_logged_models(order_by=[{"field": "name"}])
    with pytest.raises(hw.InvalidParameterValue, match="Invalid output_format 'csv'"):
        hw.search_logged_models(output_format="csv")


def test_a_client_changes_tags_and_files_and_deletes(tmp_path: Path) -> None:
    client = hw.Client()
    model_id = client.create_logged_model("0", "m").model_id
    (tmp_path / "weights.bin").write_bytes(b"12")

    client.set_logged_model_tags(model_id, {"stage/now": "a", "n": 1})
    client.delete_logged_model_tag(model_id, "stage/now")
    client.log_model_artifact(model_id, tmp_path / "weights.bin", "data")
    found = client.get_logged_model(model_id)
    hw.delete_logged_model(model_id)

    assert found.tags == {"n": "1"}
    with pytest.raises(hw.ResourceDoesNotExist):
        client.list_logged_model_artifacts(model_id)
    with pytest.raises(hw.InvalidParameterValue, match="Invalid model status 'DONE'"):
        client.finalize_logged_model(model_id, "DONE")


def test_a_batch_keeps_the_models_and_datasets_of_its_points() -> None:
    client = hw.Client()
    run_id = client.create_run("0").info.run_id
    model_id = client.create_logged_model("0", "m").model_id
    points = [
        hw.Metric("a", 1.0, 5, 1, model_id=model_id, dataset_name="wine", dataset_digest="x"),
        hw.Metric("a", 2.0, 6, 2),
    ]

    client.log_batch(run_id, metrics=points)
    client.log_metric(run_id, "b", 3.0, 7, 3, model_id=model_id, dataset_name="test")

    assert _points(model_id) == [("a", 1.0, 1, "wine"), ("b", 3.0, 3, "test")]
    assert [point.value for point in client.get_metric_history(run_id, "a")] == [1.0, 2.0]


def test_points_of_an_unknown_model_are_kept_for_the_run_and_reported() -> None:
    with hw.start_run() as run:
        hw.log_metric("accuracy", 0.5, model_id="m-none")

        with pytest.raises(hw.InvalidParameterValue, match="'m-none' not found"):
            hw.flush()

    assert hw.get_run(run.info.run_id).data.metrics == {"accuracy": 0.5}
    assert not current_session().count_waiting().records
    with pytest.raises(hw.InvalidParameterValue, match="Invalid model ID: 'a/b'"):
        hw.log_metric("accuracy", 0.5, model_id="a/b")


def test_states_of_models_have_mlflows_numbers() -> None:
    states = list(hw.LoggedModelStatus)

    assert [state.to_int() for state in states] == [1, 2, 3]
    assert [hw.LoggedModelStatus.from_int(number) for number in (1, 2, 3)] == states
    assert [hw.LoggedModelStatus.is_finalized(state) for state in states] == [False, True, True]
    with pytest.raises(hw.InvalidParameterValue, match="Invalid status '4'"):
        hw.LoggedModelStatus.from_int(4)
