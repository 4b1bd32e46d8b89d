"""Sweeps over functions: real Optuna, real threads and processes."""

import io
import json
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from rich.console import Console

import headwater as hw
from headwater.cli._trials import make_table
from headwater.projects import ExecutionException, Sweep, Trial, ownership, sweep
from headwater.projects.sweeps.definition import parse_definition
from headwater.projects.sweeps.study import Study
from headwater.projects.sweeps.trial import TrialState

LINE = {"x": {"float": [0, 1]}}
PLANE: dict[str, Any] = {"x": {"float": [-5, 5]}, "y": {"float": [-5, 5]}}


def _line(x: float) -> float:
    return abs(x - 0.3)


def _bowl(x: float, y: float) -> float:
    return (x - 1) ** 2 + (y + 2) ** 2


def _in_threads(function: Callable[..., object], space: Mapping[str, Any], **options: Any) -> Sweep:
    return sweep(function, space, **{"metric": "loss", "workers": "threads", "seed": 7, **options})


def _children(run_id: str) -> list[hw.entities.Run]:
    found: list[hw.entities.Run] = hw.search_runs(
        filter_string=f"tags.`mlflow.parentRunId` = '{run_id}'", output_format="list"
    )
    return found


def test_a_grid_is_covered_and_each_point_is_a_run_below_the_sweep() -> None:
    def measure(a: int, b: str) -> dict[str, float]:
        return {"loss": a + (b == "x"), "other": a}

    found = _in_threads(measure, {"a": {"int": [1, 3]}, "b": ["x", "y"]}, sampler="grid", parallel=3)

    points = {(run.data.params["a"], run.data.params["b"]): run for run in _children(found.run_id)}
    assert sorted(points) == [(a, b) for a in "123" for b in "xy"]
    assert {run.info.status for run in points.values()} == {"FINISHED"}
    assert {run.data.tags["headwater.sweep.state"] for run in points.values()} == {"complete"}
    assert (found.best_params, found.best_value) == ({"a": 1, "b": "y"}, 1.0)
    assert found.best_run_id == points["1", "y"].info.run_id
    assert [trial.number for trial in found.trials] == list(range(6))


def test_the_run_of_the_sweep_has_the_best_trial_and_what_charts_need() -> None:
    found = _in_threads(_line, LINE, trials=4, run_name="lines")

    run = hw.get_run(found.run_id)
    assert (run.info.status, run.info.run_name) == ("FINISHED", "lines")
    assert run.data.params == {"x": str(found.best_params["x"])}
    assert run.data.metrics == {"loss": found.best_value}
    assert run.data.tags["headwater.sweep.best"] == found.best_run_id
    curve = [point.value for point in hw.Client().get_metric_history(found.run_id, "loss")]
    assert curve == sorted(curve, reverse=True)
    kept = hw.artifacts.load_dict(f"runs:/{found.run_id}/sweep/trials.json")
    assert kept["parameters"] == [{"name": "x", "type": "float", "low": 0.0, "high": 1.0, "log": False}]
    assert [(trial["number"], trial["run_id"], trial["value"]) for trial in kept["trials"]] == [
        (trial.number, trial.run_id, trial.value) for trial in found.trials
    ]
    assert list(found.to_pandas()["params.x"]) == [trial.params["x"] for trial in found.trials]


def test_tpe_finds_better_points_than_chance_and_says_what_matters() -> None:
    def bowl(x: float, y: float, idle: float) -> float:
        return _bowl(x, y)

    space = {**PLANE, "idle": {"float": [0, 1]}}

    guided = _in_threads(bowl, space, trials=40)
    random = _in_threads(bowl, space, trials=40, sampler="random")

    assert guided.best_value < random.best_value / 2
    importance = hw.artifacts.load_dict(f"runs:/{guided.run_id}/sweep/importance.json")["importance"]
    assert importance == guided.importance
    assert math.isclose(sum(importance.values()), 1)
    assert list(importance)[-1] == "idle"


def test_a_sweep_that_goes_on_is_the_sweep_that_was_never_interrupted() -> None:
    whole = _in_threads(_bowl, PLANE, trials=14)
    begun = _in_threads(_bowl, PLANE, trials=11)

    resumed = sweep(_bowl, resume=begun.run_id, trials=14, workers="threads")

    assert [trial.params for trial in resumed.trials] == [trial.params for trial in whole.trials]
    assert [trial.run_id for trial in resumed.trials[:11]] == [trial.run_id for trial in begun.trials]
    assert len(_children(begun.run_id)) == 14
    assert hw.get_run(begun.run_id).data.metrics["loss"] == resumed.best_value


def test_a_direction_counts() -> None:
    found = _in_threads(_line, {"x": [0.1, 0.2, 0.9]}, sampler="grid", direction="maximize")

    assert found.best_params == {"x": 0.9}


def test_trials_that_fail_say_why_and_do_not_end_the_sweep(caplog: pytest.LogCaptureFixture) -> None:
    def measure(case: str) -> object:
        if case == "raises":
            raise ValueError("no")
        if case == "logs":
            hw.log_metric("loss", 0.5)
        return {"text": "bad", "nan": math.nan, "other": {"accuracy": 1.0}}.get(case)

    cases = ["logs", "raises", "text", "nan", "other", "nothing"]
    found = _in_threads(measure, {"case": cases}, sampler="grid")

    reasons = {str(trial.params["case"]): (trial.state, trial.reason) for trial in found.trials}
    assert reasons == {
        "logs": ("complete", ""),
        "raises": ("failed", "its process failed"),
        "text": ("failed", "its process failed"),
        "nan": ("failed", "its metric 'loss' is nan"),
        "other": ("failed", "it logged no metric 'loss'"),
        "nothing": ("failed", "it logged no metric 'loss'"),
    }
    assert found.best_params == {"case": "logs"}
    assert "ValueError: no" in caplog.text
    assert "Return a number" in caplog.text


def test_a_sweep_whose_first_trials_all_fail_stops_and_can_try_them_again() -> None:
    is_broken = True

    def measure(x: float) -> float | None:
        return None if is_broken else x

    with pytest.raises(
        ExecutionException, match=r"The first 5 trials of sweep '(.*)' all failed: it logged no"
    ) as caught:
        _in_threads(measure, LINE, trials=8)
    run_id = caught.value.message.split("'")[1]
    assert hw.get_run(run_id).info.status == "FAILED"
    is_broken = False

    found = sweep(measure, resume=run_id, retry_failed=True, workers="threads")

    assert [trial.state for trial in found.trials] == ["complete"] * 8
    assert len(_children(run_id)) == 13
    assert hw.get_run(run_id).info.status == "FINISHED"


def test_a_sweep_without_any_value_is_an_error() -> None:
    with pytest.raises(ExecutionException, match=r"None of the 2 trials of sweep '.*' is complete: it logged no"):
        _in_threads(lambda x: None, LINE, trials=2)


def test_processes_are_apart_and_what_they_print_is_a_log() -> None:
    here = os.getpid()

    def measure(x: int) -> float:
        print("hello from", x)  # noqa: T201
        hw.log_metric("process", os.getpid())
        assert os.getpid() != here
        return x

    told: list[int] = []
    found = sweep(
        measure, {"x": [1, 2]}, metric="loss", sampler="grid", parallel=2, watch=lambda trials: told.append(len(trials))
    )

    first, second = (hw.get_run(trial.run_id) for trial in found.trials)
    assert first.data.metrics["process"] != second.data.metrics["process"]
    assert "hello from 2" in hw.artifacts.load_text(f"runs:/{second.info.run_id}/logs/project.log")
    assert first.info.start_time < (second.info.end_time or 0)
    assert second.info.start_time < (first.info.end_time or 0)
    assert max(told) == 2


def test_a_hopeless_trial_is_stopped_with_its_process() -> None:
    def train(level: int) -> None:
        for step in range(3):
            hw.log_metric("loss", level + step, step=step)
        if level > 10:
            hw.flush()
            threading.Event().wait(60)

    found = sweep(
        train,
        {"level": [1, 50]},
        metric="loss",
        sampler="grid",
        parallel=2,
        early_stopping={"type": "threshold", "upper": 20},
    )

    good, bad = found.trials
    assert (good.state, good.value) == ("complete", 3.0)
    assert bad.state == "pruned"
    run = hw.get_run(bad.run_id)
    assert (run.info.status, run.data.tags["headwater.sweep.state"]) == ("KILLED", "pruned")
    assert found.best_params == {"level": 1}


@pytest.mark.parametrize("kind", ["median", "asha", "hyperband", "percentile"])
def test_what_was_seen_of_trials_decides_about_the_next_also_after_a_pause(kind: str) -> None:
    settings: dict[str, Any] = {"type": kind}
    if kind in {"median", "percentile"}:
        settings["startup"] = 2
    if kind == "hyperband":
        settings["max_steps"] = 9
    definition = parse_definition({"metric": "m", "parameters": LINE, "early_stopping": settings, "seed": 1}, "here")
    studies = Study(definition), Study(definition)
    for number in range(8):
        asked = studies[0].ask(number)
        replayed = studies[1].ask(number, asked.params)
        for study, trial in zip(studies, (asked, replayed), strict=True):
            trial.is_hopeless({step: 1.0 / (step + 1) for step in range(9)})
            study.tell(trial, TrialState.COMPLETE, 0.1)

    worse = {step: 50.0 + step for step in range(9)}
    verdicts, again = ([study.ask(number).is_hopeless(worse) for number in range(8, 16)] for study in studies)

    assert any(verdicts)
    assert verdicts == again


def test_what_cannot_work_is_said_before_there_is_a_run() -> None:
    def refuse(message: str, *arguments: Any, **options: Any) -> None:
        with pytest.raises(hw.InvalidParameterValue, match=message):
            sweep(*arguments, **{"metric": "loss", **options})

    refuse("cannot be called with y: missing a required argument: 'x'", _line, {"y": [1, 2]})
    refuse("cannot be called with x, more: got an unexpected", _line, {**LINE, "more": 1})
    refuse("Invalid workers 'rays'", _line, LINE, workers="rays")
    refuse("cannot end a trial early", _line, LINE, workers="threads", early_stopping="median")
    refuse("A function has no version", _line, LINE, version="v1")
    refuse("A function has no search space of its own", _line)
    refuse("Nothing to sweep over", None, LINE)
    refuse("nothing to search", _line, LINE, parameters={"x": 1})
    with pytest.raises(TypeError, match="takes no 'metrics'"):
        sweep(_line, LINE, metrics="loss")  # type: ignore[call-arg]
    assert hw.search_runs(output_format="list") == []


def test_without_optuna_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)

    with pytest.raises(hw.NotSupported, match=r"pip install 'headwater\[sweep\]'"):
        _in_threads(_line, LINE)

    assert hw.search_runs(output_format="list") == []


def test_a_trial_that_finished_while_the_sweep_was_gone_counts() -> None:
    begun = _in_threads(_line, LINE, trials=2)
    hw.Client().delete_tag(begun.trials[1].run_id, "headwater.sweep.state")

    resumed = sweep(_line, resume=begun.run_id, workers="threads")

    assert [trial.run_id for trial in resumed.trials] == [trial.run_id for trial in begun.trials]
    assert hw.get_run(begun.trials[1].run_id).data.tags["headwater.sweep.state"] == "complete"


def test_only_a_sweep_can_be_resumed_as_it_was() -> None:
    with hw.start_run() as run:
        pass
    found = _in_threads(_line, LINE, trials=1)

    for message, arguments, options in (
        ("is no sweep", (_line,), {"resume": run.info.run_id}),
        ("Only trials and parallel", (_line,), {"resume": found.run_id, "metric": "other"}),
        ("Only trials and parallel", (_line, LINE), {"resume": found.run_id}),
        ("tries the function '_line'", (), {"resume": found.run_id}),
    ):
        with pytest.raises(hw.InvalidParameterValue, match=message):
            sweep(*arguments, **options)  # type: ignore[arg-type]


def test_a_sweep_below_an_active_run_is_its_child() -> None:
    with hw.start_run() as outer:
        found = _in_threads(_line, LINE, trials=1)

    assert hw.get_run(found.run_id).data.tags["mlflow.parentRunId"] == outer.info.run_id


def test_a_sweep_that_another_process_carries_out_is_left_to_it() -> None:
    found = _in_threads(_line, LINE, trials=1)
    elsewhere = {"host": "elsewhere", "pid": 1, "started": 1.0, "seen": hw.get_run(found.run_id).info.end_time}
    hw.Client().set_tag(found.run_id, "headwater.owner", json.dumps(elsewhere))

    with pytest.raises(hw.ResourceConflict, match="is carried out by process 1 on 'elsewhere'"):
        sweep(_line, resume=found.run_id, trials=2, workers="threads")

    hw.Client().set_tag(found.run_id, "headwater.owner", json.dumps({**elsewhere, "seen": 1}))
    assert len(sweep(_line, resume=found.run_id, trials=2, workers="threads").trials) == 2


def test_a_sweep_that_another_process_took_over_stops_and_leaves_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "RENEW_S", 0)
    other = {"host": "elsewhere", "pid": 1, "started": 1.0, "seen": time.time_ns() // 1_000_000}

    def take_over(x: float) -> float:
        above = hw.get_run(hw.active_run().info.run_id).data.tags["mlflow.parentRunId"]  # type: ignore[union-attr]
        hw.Client().set_tag(above, "headwater.owner", json.dumps(other))
        return x

    with pytest.raises(hw.ResourceConflict, match="is carried out by process 1 on 'elsewhere'"):
        _in_threads(take_over, LINE, trials=9)

    (run,) = hw.search_runs(filter_string="tags.headwater.sweep = '1'", output_format="list")
    assert (run.info.status, json.loads(run.data.tags["headwater.owner"])) == ("RUNNING", other)
    assert len(_children(run.info.run_id)) < 9


def test_the_table_on_a_terminal_shows_the_trials() -> None:
    trials = {
        0: Trial(number=0, run_id="a" * 32, state=TrialState.COMPLETE, params={"x": 0.5, "k": "[red]"}, value=1.25),
        1: Trial(number=1, run_id="b" * 32, state=TrialState.RUNNING, params={"x": 0.25, "k": "b"}),
    }
    console = Console(width=120, record=True, file=io.StringIO())

    console.print(make_table(trials))

    shown = console.export_text()
    for text in ("1.25", "[red]", "1 running, 1 complete", "a" * 32):
        assert text in shown
