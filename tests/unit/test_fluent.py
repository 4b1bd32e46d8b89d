"""The fluent functions on a real SQLite store, read back as the store has it."""

import math
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import headwater as hw
from headwater.protocol.runs import GetRun, LogBatch, Param
from headwater.stores import open_store
from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


def values_of(run_id: str, key: str) -> list[float]:
    return [point.value for point in hw.Client().get_metric_history(run_id, key)]


def test_leaving_a_with_block_finishes_the_run_and_closes_what_is_nested_in_it() -> None:
    with hw.start_run(run_name="outer", tags={"team": "search", "try": 2}) as outer:
        inner = hw.start_run(nested=True)
        assert hw.active_run() is inner

    assert hw.active_run() is None
    found = hw.get_run(outer.info.run_id)
    assert (found.info.status, found.info.run_name, found.info.lifecycle_stage) == ("FINISHED", "outer", "active")
    assert found.info.run_uuid == found.info.run_id == outer.info.run_id
    assert found.info.end_time is not None
    assert found.info.end_time >= found.info.start_time
    assert found.data.tags["team"] == "search"
    assert found.data.tags["try"] == "2"
    assert hw.get_run(inner.info.run_id).info.status == "FINISHED"


def test_an_exception_fails_the_run_and_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), hw.start_run() as run:
        hw.log_metric("loss", 1 / 0)

    assert hw.get_run(run.info.run_id).info.status == "FAILED"


def test_an_interrupt_from_the_keyboard_kills_the_run() -> None:
    with pytest.raises(KeyboardInterrupt), hw.start_run() as run:
        raise KeyboardInterrupt

    assert hw.get_run(run.info.run_id).info.status == "KILLED"


@pytest.mark.parametrize(("code", "status"), [(None, "FINISHED"), (0, "FINISHED"), (3, "FAILED")])
def test_leaving_a_with_block_by_exit_says_whether_all_went_well(code: int | None, status: str) -> None:
    with pytest.raises(SystemExit), hw.start_run() as run:
        raise SystemExit(code)

    assert hw.get_run(run.info.run_id).info.status == status


def test_a_second_run_is_refused_unless_it_is_nested() -> None:
    with hw.start_run() as outer:
        with pytest.raises(hw.InvalidParameterValue, match=f"Run with UUID {outer.info.run_id} is already active"):
            hw.start_run()
        with hw.start_run(nested=True) as inner, hw.start_run(nested=True) as innermost:
            pass

    parent = hw.get_parent_run(inner.info.run_id)
    assert parent is not None
    assert parent.info.run_id == outer.info.run_id
    assert hw.get_run(innermost.info.run_id).data.tags["mlflow.parentRunId"] == inner.info.run_id
    assert hw.get_parent_run(outer.info.run_id) is None


def test_a_parent_run_id_makes_a_child_and_must_be_the_active_run_if_there_is_one() -> None:
    with hw.start_run() as first:
        pass
    with hw.start_run(parent_run_id=first.info.run_id) as child:
        with pytest.raises(hw.InvalidParameterValue, match="does not match the specified parent_run_id"):
            hw.start_run(nested=True, parent_run_id=first.info.run_id)
        with hw.start_run(nested=True, parent_run_id=child.info.run_id) as grandchild:
            pass

    assert hw.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == first.info.run_id
    assert hw.get_run(grandchild.info.run_id).data.tags["mlflow.parentRunId"] == child.info.run_id


def test_the_first_log_call_starts_a_run_and_end_run_without_one_does_nothing() -> None:
    hw.end_run()
    assert hw.active_run() is None

    assert hw.log_param("depth", 6) == 6

    run = hw.active_run()
    assert run is not None
    hw.end_run("KILLED")
    found = hw.get_run(run.info.run_id)
    assert (found.info.status, found.data.params) == ("KILLED", {"depth": "6"})
    last = hw.last_active_run()
    assert last is not None
    assert last.info.run_id == run.info.run_id
    with hw.start_run(), pytest.raises(hw.InvalidParameterValue, match="'SLEEPING'"):
        hw.end_run("SLEEPING")


def test_the_last_active_run_is_the_open_one_else_the_one_that_ended_last() -> None:
    with hw.start_run() as parent:
        with hw.start_run(nested=True):
            pass
        within = hw.last_active_run()
    after = hw.last_active_run()

    assert within is not None
    assert after is not None
    assert within.info.run_id == after.info.run_id == parent.info.run_id
    assert after.info.status == "FINISHED"


def test_runs_sort_as_they_were_started_however_quickly() -> None:
    started = []
    for _ in range(8):
        with hw.start_run() as run:
            started.append(run.info.run_id)

    found = hw.search_runs(order_by=["start_time ASC"], output_format="list")

    assert [run.info.run_id for run in found] == started


def test_what_the_environment_says_in_mlflows_words_stays_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'first.db'}")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "ported")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "0")

    hw.set_tracking_uri(tmp_path / "second.db")
    experiment = hw.set_experiment(os.environ["MLFLOW_EXPERIMENT_NAME"])

    assert os.environ["MLFLOW_TRACKING_URI"] == hw.get_tracking_uri() != ""
    assert os.environ["MLFLOW_EXPERIMENT_ID"] == experiment.experiment_id
    assert os.environ["MLFLOW_EXPERIMENT_NAME"] == "ported"


def test_numbers_that_a_program_has_formatted_are_numbers() -> None:
    with hw.start_run() as run:
        hw.log_metric("accuracy", "0.91", timestamp=1_700_000_000_000.75)  # type: ignore[arg-type]  # as from time.time()
        hw.log_metrics({"loss": " 1e-3 "})

    (point,) = hw.Client().get_metric_history(run.info.run_id, "accuracy")
    assert (point.value, point.timestamp) == (0.91, 1_700_000_000_000)
    assert hw.get_run(run.info.run_id).data.metrics["loss"] == 0.001


def test_a_thread_does_not_see_the_run_of_the_thread_that_started_it() -> None:
    seen: list[hw.ActiveRun | None] = []
    with hw.start_run():
        thread = threading.Thread(target=lambda: seen.append(hw.active_run()))
        thread.start()
        thread.join()

    assert seen == [None]


def test_resuming_a_run_by_its_id_goes_on_with_it() -> None:
    with hw.start_run(tags={"stage": "first"}) as run:
        hw.log_metric("loss", 0.5, step=1)
    run_id = run.info.run_id

    with hw.start_run(run_id=run_id, run_name="renamed", tags={"stage": "second"}, description="again") as resumed:
        hw.log_metric("loss", 0.25, step=2)
        during = hw.get_run(run_id)

    assert (resumed.info.run_id, resumed.info.run_name, resumed.info.status) == (run_id, "renamed", "RUNNING")
    assert resumed.data.metrics == {"loss": 0.5}
    assert resumed.data.tags["stage"] == "second"
    assert (during.info.status, during.info.run_name) == ("RUNNING", "renamed")
    after = hw.get_run(run_id)
    assert after.info.status == "FINISHED"
    assert after.data.tags["stage"] == "second"
    assert after.data.tags["mlflow.note.content"] == "again"
    assert values_of(run_id, "loss") == [0.5, 0.25]


@pytest.mark.parametrize("name", ["HEADWATER_RUN_ID", "MLFLOW_RUN_ID"])
def test_a_run_id_in_the_environment_is_resumed_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with hw.start_run() as run:
        pass
    monkeypatch.setenv(name, run.info.run_id)

    with hw.start_run() as resumed, hw.start_run(nested=True) as nested:
        pass

    assert resumed.info.run_id == run.info.run_id
    assert nested.info.run_id != run.info.run_id


def test_a_run_that_cannot_be_resumed_says_why() -> None:
    with hw.start_run() as run:
        pass
    hw.delete_run(run.info.run_id)
    with pytest.raises(hw.InvalidParameterValue, match="because it is in the deleted state"):
        hw.start_run(run_id=run.info.run_id)
    hw.restore_run(run.info.run_id)
    other = hw.create_experiment("other")
    with pytest.raises(hw.InvalidParameterValue, match="active experiment ID does not match"):
        hw.start_run(run_id=run.info.run_id, experiment_id=other)
    with pytest.raises(hw.ResourceDoesNotExist, match="0" * 32):
        hw.start_run(run_id="0" * 32)

    assert hw.active_run() is None


def test_a_description_is_a_tag_that_may_not_contradict_the_tags() -> None:
    with hw.start_run(description="*why*") as run:
        pass
    with pytest.raises(hw.InvalidParameterValue, match=r"already set via the tag mlflow\.note\.content"):
        hw.start_run(description="this", tags={"mlflow.note.content": "that"})
    with pytest.raises(hw.InvalidParameterValue, match="but with different values"):
        hw.start_run(run_name="this", tags={"mlflow.runName": "that"})

    assert hw.get_run(run.info.run_id).data.tags["mlflow.note.content"] == "*why*"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (3, 3.0),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        (np.int64(-7), -7.0),
        (np.array(2.5), 2.5),
        (np.array([[1.5]]), 1.5),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
    ],
)
def test_whatever_is_one_number_is_a_metric(value: object, stored: float) -> None:
    with hw.start_run() as run:
        hw.log_metric("loss", value)

    assert hw.get_run(run.info.run_id).data.metrics == {"loss": stored}


def test_nan_stays_nan() -> None:
    with hw.start_run() as run:
        hw.log_metric("loss", math.nan)

    assert math.isnan(hw.get_run(run.info.run_id).data.metrics["loss"])


@pytest.mark.parametrize("value", ["much", None, np.array([1.0, 2.0]), [0.5], 1j])
def test_what_is_no_number_is_refused_at_the_call(value: object) -> None:
    with hw.start_run() as run:
        with pytest.raises(hw.InvalidParameterValue, match="for metric 'loss'"):
            hw.log_metric("loss", value)
        with pytest.raises(hw.InvalidParameterValue, match="for metric 'loss'"):
            hw.log_metrics({"accuracy": 0.5, "loss": value})

    assert hw.get_run(run.info.run_id).data.metrics == {}


@pytest.mark.parametrize(
    "log",
    [
        lambda: hw.log_metrics([("loss", 1)]),  # type: ignore[arg-type]  # what a careless program does
        lambda: hw.log_params(SimpleNamespace(lr=1)),  # type: ignore[arg-type]
        lambda: hw.set_tags("team"),  # type: ignore[arg-type]
        lambda: hw.log_metric({"loss": 1}, 1),  # type: ignore[arg-type]
        lambda: hw.log_metric(5, 1),  # type: ignore[arg-type]
        lambda: hw.log_params({3: "x"}),  # type: ignore[dict-item]
        lambda: hw.log_text(5, "five.txt"),  # type: ignore[arg-type]
        lambda: hw.log_metric("loss", 1, context="val"),  # type: ignore[arg-type]
        lambda: hw.log_input({"a": [1]}),  # type: ignore[arg-type]
        lambda: hw.data.from_pandas([1]),  # type: ignore[arg-type]
        lambda: hw.log_metric("loss", 1, step="last"),  # type: ignore[arg-type]
        lambda: hw.log_metric("loss", 1, step=1.5),  # type: ignore[arg-type]
        lambda: hw.log_metric("loss", 1, timestamp=math.nan),  # type: ignore[arg-type]
    ],
)
def test_what_has_the_wrong_type_is_refused_with_its_type_and_nothing_is_logged(log: Callable[[], None]) -> None:
    with (
        hw.start_run() as run,
        pytest.raises(hw.InvalidParameterValue, match=r"of type '(list|Simple|str|dict|int|float)"),
    ):
        log()

    found = hw.get_run(run.info.run_id).data
    assert (found.metrics, found.params, "team" in found.tags) == ({}, {}, False)


def test_a_step_may_be_any_whole_number() -> None:
    with hw.start_run() as run:
        for step in (1, np.int64(2), 3.0, np.array(4)):
            hw.log_metric("loss", 1, step=step)  # type: ignore[arg-type]  # loops count with all of these

    history = hw.Client().get_metric_history(run.info.run_id, "loss")
    assert sorted(point.step for point in history) == [1, 2, 3, 4]


def test_points_have_the_step_and_time_that_were_given() -> None:
    with hw.start_run() as run:
        hw.log_metric("loss", 0.5)
        hw.log_metric("loss", 0.25, step=-3, timestamp=1_700_000_000_000)
        hw.log_metrics({"loss": 0.125, "accuracy": 1}, step=7, timestamp=1_700_000_000_001)
    hw.log_metric("late", 1, run_id=run.info.run_id)

    history = hw.Client().get_metric_history(run.info.run_id, "loss")
    assert [(point.value, point.step) for point in history] == [(0.25, -3), (0.125, 7), (0.5, 0)]
    assert [point.timestamp for point in history[:2]] == [1_700_000_000_000, 1_700_000_000_001]
    assert abs(history[2].timestamp - run.info.start_time) < 60_000
    assert hw.get_run(run.info.run_id).data.metrics == {"loss": 0.125, "accuracy": 1.0, "late": 1.0}
    assert hw.active_run() is None


def test_any_number_of_params_is_kept_as_text_and_none_may_change() -> None:
    many = {f"param{index}": index for index in range(250)}
    with hw.start_run() as run:
        hw.log_params(many)
        hw.log_params({"param1": "1", "none": None})
        with pytest.raises(hw.InvalidParameterValue, match="Param with key='param1' was already logged"):
            hw.log_param("param1", 2)
    hw.log_params({"late": 0.5}, run_id=run.info.run_id)

    expected = {key: str(value) for key, value in many.items()} | {"none": "None", "late": "0.5"}
    assert hw.get_run(run.info.run_id).data.params == expected


def test_a_param_that_another_program_gave_another_value_is_an_error_of_the_call_or_of_flush(uri: str) -> None:
    with hw.start_run() as run:
        hw.flush()
        other = open_store(uri)
        other.runs.log_batch(LogBatch(run.info.run_id, params=[Param("depth", "6"), Param("rate", "1")]))
        other.close()

        with pytest.raises(hw.InvalidParameterValue, match="depth"):
            hw.log_param("depth", 7, synchronous=True)
        hw.log_param("rate", 2)
        with pytest.raises(hw.InvalidParameterValue, match="rate"):
            hw.flush()

    found = hw.get_run(run.info.run_id)
    assert found.data.params == {"depth": "6", "rate": "1"}
    assert "rate" in found.data.tags["headwater.rejected"]


def test_what_was_logged_synchronously_is_in_the_store(uri: str) -> None:
    with hw.start_run() as run:
        hw.log_metric("loss", 0.5, synchronous=True)
        hw.set_tag("stage", "candidate", synchronous=True)
        other = open_store(uri)
        found = other.runs.get(GetRun(run_id=run.info.run_id)).run
        other.close()

    assert [(metric.key, metric.value) for metric in found.data.metrics] == [("loss", 0.5)]
    assert ("stage", "candidate") in [(tag.key, tag.value) for tag in found.data.tags]


def test_tags_are_text_and_can_be_replaced_and_removed() -> None:
    with hw.start_run() as run:
        hw.set_tags({"stage": "first", "try": 2})
        hw.set_tag("stage", "second")
        hw.delete_tag("try")
        hw.delete_tag("never set")
        with pytest.raises(hw.InvalidParameterValue, match="'key'"):
            hw.set_tag("", "x")

    tags = hw.get_run(run.info.run_id).data.tags
    assert tags["stage"] == "second"
    assert "try" not in tags


def test_set_experiment_takes_exactly_one_name_or_id_of_an_experiment_that_is_not_deleted() -> None:
    for arguments in ({}, {"experiment_name": "churn", "experiment_id": "1"}):
        with pytest.raises(hw.InvalidParameterValue, match="Must specify exactly one of"):
            hw.set_experiment(**arguments)
    with pytest.raises(hw.ResourceDoesNotExist, match="987"):
        hw.set_experiment(experiment_id="987")
    created = hw.set_experiment("churn")
    assert hw.set_experiment(experiment_id=created.experiment_id) == created
    hw.delete_experiment(created.experiment_id)

    with pytest.raises(hw.InvalidParameterValue, match="Cannot set a deleted experiment 'churn' as the active"):
        hw.set_experiment("churn")

    hw.restore_experiment(created.experiment_id)
    assert hw.set_experiment("churn").experiment_id == created.experiment_id


def test_new_runs_belong_to_the_active_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    first = hw.set_experiment("first")
    with hw.start_run() as run:
        pass
    assert run.info.experiment_id == first.experiment_id
    hw.set_experiment_tags({"owner": "ada", "year": 2024})
    hw.delete_experiment_tag("year")
    assert hw.get_experiment(first.experiment_id).tags == {"owner": "ada"}

    monkeypatch.delenv("HEADWATER_EXPERIMENT_ID")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "from the environment")
    with hw.start_run() as run:
        pass
    named = hw.get_experiment_by_name("from the environment")
    assert named is not None
    assert hw.get_run(run.info.run_id).info.experiment_id == named.experiment_id
    assert [found.name for found in hw.search_experiments(filter_string="name LIKE 'fi%'")] == ["first"]
