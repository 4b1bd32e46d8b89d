"""Entities and errors as code written for MLflow uses them, and as notebooks show them."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import headwater as hw
from headwater import entities
from headwater.exceptions import MlflowException, RestException
from headwater.tracking import MlflowClient
from unit.tracking_places import own_place

EVIL = "<script>alert('1')</script>"


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


@pytest.fixture
def run() -> hw.Run:
    with hw.start_run(run_name=EVIL, tags={"team": EVIL}) as active:
        hw.log_metric("loss", 0.25)
        hw.log_param(f"depth {1}", EVIL)
        hw.log_input(hw.data.MetaDataset("s3://b/k", name="train"), context="training")
    return hw.get_run(active.info.run_id)


def test_entities_turn_into_dicts(run: hw.Run) -> None:
    assert set(dict(run)) == {"info", "data", "inputs", "outputs"}
    assert dict(run.info)["run_uuid"] == run.info.run_id
    assert dict(run.data)["metrics"] == {"loss": 0.25}
    plain = yaml.safe_load(yaml.safe_dump(run.to_dictionary()))
    assert plain["info"]["status"] == "FINISHED"
    assert plain["data"]["params"] == {"depth 1": EVIL}
    assert plain["inputs"]["dataset_inputs"][0]["dataset"]["name"] == "train"
    experiment = hw.get_experiment(run.info.experiment_id)
    assert experiment.to_dictionary()["name"] == dict(experiment)["name"] == "Default"
    point = entities.Metric("loss", 0.5, 12, 3)
    assert entities.Metric.from_dictionary({**point.to_dictionary(), "unknown": 1}) == point


def test_entities_are_made_as_in_mlflow() -> None:
    make: Any = entities  # types of ours say dicts only
    experiment = make.Experiment("1", "n", "s3://b/k", "active", [entities.ExperimentTag("a", "b")])
    data = make.RunData([entities.Metric("m", 0.5, 12, 3)], [entities.Param("p", "1")], [entities.RunTag("t", "v")])

    assert (experiment.tags, experiment.creation_time) == ({"a": "b"}, None)
    assert entities.Experiment.DEFAULT_EXPERIMENT_NAME == "Default"
    assert data == entities.RunData({"m": 0.5}, {"p": "1"}, {"t": "v"})
    assert make.RunData(None, None).params == {}


def test_entities_are_equal_if_what_they_say_is(run: hw.Run) -> None:
    assert hw.get_run(run.info.run_id) == run
    assert hw.get_experiment("0") == hw.get_experiment("0")
    assert entities.RunTag("a", "b") == entities.RunTag("a", "b") != entities.RunTag("a", "c")


def test_words_for_states_are_found_by_name_and_number() -> None:
    assert entities.RunStatus.from_string("finished") is entities.RunStatus.FINISHED
    assert entities.RunStatus.to_string(3) == "FINISHED"
    assert [entities.RunStatus.is_terminated(status) for status in entities.RunStatus.all_status()] == [
        *(False, False),
        *(True, True, True),
    ]
    assert entities.SourceType.to_string(entities.SourceType.from_string("NOTEBOOK")) == "NOTEBOOK"
    assert entities.ViewType.from_string("deleted_only") is entities.ViewType.DELETED_ONLY
    assert entities.ViewType.to_string(3) == "all"
    assert entities.LifecycleStage.is_valid("active")
    assert not entities.LifecycleStage.is_valid("gone")
    assert entities.LifecycleStage.matches_view_type(entities.ViewType.ALL, "deleted")
    assert not entities.LifecycleStage.matches_view_type(1, "deleted")
    with pytest.raises(hw.InvalidParameterValue, match="'gone'"):
        entities.RunStatus.from_string("gone")


def test_errors_are_caught_and_made_by_their_names_in_mlflow() -> None:
    with pytest.raises(MlflowException) as caught:
        MlflowClient().get_run("0" * 32)
    made = MlflowException("no", error_code="RESOURCE_DOES_NOT_EXIST", run="a")

    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert caught.value.get_http_status_code() == 404
    assert json.loads(caught.value.serialize_as_json())["message"] == caught.value.message
    assert isinstance(made, hw.ResourceDoesNotExist)
    assert json.loads(made.serialize_as_json()) == {"error_code": made.error_code, "message": "no", "run": "a"}
    assert MlflowException("x").error_code == "INTERNAL_ERROR"
    assert isinstance(MlflowException.invalid_parameter_value("x"), hw.InvalidParameterValue)
    assert issubclass(hw.InvalidParameterValue, RestException)
    assert str(pickle.loads(pickle.dumps(made))) == "no"


def test_notebooks_show_runs_and_experiments_with_everything_escaped(run: hw.Run) -> None:
    page = hw.Client().search_runs(["0"])
    with hw.start_run(run_name=EVIL) as active:
        texts = [active._repr_html_(), run._repr_html_(), page._repr_html_()]
    texts.append(hw.get_experiment("0")._repr_html_())
    texts.append(hw.Client().search_experiments()._repr_html_())

    assert all("<script" not in text for text in texts)
    assert "&lt;script&gt;" in texts[1]
    assert "0.25" in texts[1]
    assert "training" in texts[1]
    assert "1 run" in texts[2]
    assert all("<a " not in text for text in texts)  # no server shows these runs
    assert "Default" in texts[3]
    assert "1 experiment" in texts[4]


def test_notebooks_link_to_the_pages_of_a_server(run: hw.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_TRACKING_URI", "https://ann:secret@host.example/base/")

    text = run._repr_html_()

    assert f'href="https://host.example/base/#/experiments/0/runs/{run.info.run_id}"' in text
    assert "secret" not in text


def test_a_list_of_results_shows_the_first_ones(run: hw.Run) -> None:
    many = hw.PagedList([run] * 30, "next")
    names = hw.PagedList(["<b>"], None)

    assert many._repr_html_().count("<tr>") == 21
    assert "30 runs</b>, the first 20 shown, more to come" in many._repr_html_()
    assert "&lt;b&gt;" in names._repr_html_()
    assert many.to_list() == [run] * 30


def test_what_a_run_shows_of_itself_is_about_the_run_before_its_machine() -> None:
    metrics = {"system/cpu": 90.0, "loss": 0.5}
    with hw.start_run() as active:
        hw.log_metrics(metrics)
    run = hw.get_run(active.info.run_id)

    found = hw.search_runs(output_format="list")

    assert repr(run).endswith("FINISHED loss=0.5>")
    shown = run._repr_html_()
    assert shown.index(">loss<") < shown.index(">system/cpu<")
    assert found == [run]
    assert "system/cpu" not in found._repr_html_()
    assert ">loss<" in found._repr_html_()
