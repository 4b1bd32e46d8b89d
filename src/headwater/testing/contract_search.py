"""What every store finds. Subclass in a test module that has a fixture `store`.

`search_cases.jsonl` beside this module holds, one JSON array a line, the data set, filter, order_by and answer of a
live MLflow server; a text instead of a list is its error message. `DIFFERENT` lists where Headwater means to differ.
"""

import time
from importlib.resources import files
from typing import Literal

import msgspec
import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import CreateExperiment, ExperimentTag, GetExperiment, SearchExperiments
from headwater.protocol.inputs import CONTEXT_TAG, Dataset, DatasetInput, InputTag, LogInputs
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import (
    CreateRun,
    LogBatch,
    Param,
    RunStatus,
    RunTag,
    SearchRuns,
    UpdateRun,
)
from headwater.stores.interface import Store
from headwater.testing.search_differences import DIFFERENT, OWN

Answer = list[str] | str
"""The names found, or the error's message."""


class Case(msgspec.Struct, frozen=True, array_like=True):
    """One question to a data set, and the reference's answer."""

    data: Literal["runs", "keys", "experiments", "registered_models", "model_versions"]
    filter: str
    order_by: list[str]
    answer: Answer


def reference_cases() -> list[Case]:
    """Return every recorded case."""
    text = files("headwater.testing").joinpath("search_cases.jsonl").read_text("utf-8")
    return [msgspec.json.decode(line, type=Case) for line in text.splitlines()]


def _add_run(
    store: Store,
    experiment_id: str,
    info: CreateRun,
    *,
    metrics: dict[str, float] | None = None,
    params: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
    dataset: tuple[str, str, str] | None = None,
    status: RunStatus = RunStatus.RUNNING,
    end_time: int | None = None,
) -> None:
    run = store.runs.create(msgspec.structs.replace(info, experiment_id=experiment_id)).run.info
    store.runs.log_batch(
        LogBatch(
            run.run_id,
            [Metric(key, value, 1, 0) for key, value in (metrics or {}).items()],
            [Param(key, value) for key, value in (params or {}).items()],
            [RunTag(key, value) for key, value in (tags or {}).items()],
        )
    )
    if dataset is not None:
        name, digest, context = dataset
        entry = DatasetInput(Dataset(name, digest), [InputTag(CONTEXT_TAG, context)])
        store.inputs.log(LogInputs(run.run_id, [entry]))
    if status is not RunStatus.RUNNING:
        store.runs.update(UpdateRun(run_id=run.run_id, status=status, end_time=end_time))


def _run(name: str, start_time: int, run_id: str) -> CreateRun:
    return CreateRun(user_id=f"u_{name}", run_name=name, start_time=start_time, run_id=run_id)


def make_five_runs(store: Store) -> str:
    """Create the five runs of the data set `runs` and return their experiment's id."""
    experiment_id = store.experiments.create(CreateExperiment("five runs")).experiment_id
    _add_run(
        store,
        experiment_id,
        _run("A", 1000, "64df260a15664259a686cc5ae3f48df7"),
        metrics={"acc": 0.9, "val/acc": 0.5},
        params={"lr": "0.1", "opt": "Adam"},
        tags={"team": "red", "my tag": "x"},
        dataset=("dsA", "d1", "training"),
        status=RunStatus.FINISHED,
        end_time=1500,
    )
    _add_run(
        store,
        experiment_id,
        _run("B", 2000, "b64ae23e112547e4babf0d5ab80446b0"),
        metrics={"acc": 0.8},
        params={"lr": "0.01", "opt": "adam"},
        tags={"team": "Blue"},
        dataset=("dsB", "d2", "eval"),
        status=RunStatus.FAILED,
        end_time=2600,
    )
    nan = {"acc": float("nan")}
    _add_run(store, experiment_id, _run("C", 3000, "d" * 32), metrics=nan, params={"lr": "10"})
    _add_run(
        store,
        experiment_id,
        _run("D", 4000, "c" * 32),
        tags={"team": "red_x"},
        status=RunStatus.KILLED,
        end_time=4700,
    )
    _add_run(
        store,
        experiment_id,
        _run("E'q", 5000, "0" * 32),
        metrics={"acc": -1},
        params={"opt": "it's"},
        tags={"a.b.c": "dot"},
    )
    return experiment_id


_KEYS = [
    *("lr", "my-param", "a:b", "1a", "ключ", "order", "type", "min", "count", "user", "select", "group", "a b"),
    *("val/acc", "x.y", "x-y.z", "in", "like", "null", "date", "timestamp", "loss_1", "epoch", "and", "END", "value"),
    *("name", "a_b"),
]


def make_run_with_odd_keys(store: Store) -> str:
    """Create the one run of the data set `keys` and return its experiment's id."""
    experiment_id = store.experiments.create(CreateExperiment("odd keys")).experiment_id
    odd = {"emp": "", "pct": "10%_x", "bs": "a\\b", "q1": "a'b\"c", "nl": "x\ny"}
    _add_run(
        store,
        experiment_id,
        _run("A", 1, "a" * 32),
        metrics=dict.fromkeys(_KEYS, 2.0),
        params=dict.fromkeys(_KEYS, "v") | odd,
        tags=dict.fromkeys(_KEYS, "v"),
    )
    return experiment_id


def make_three_experiments(store: Store) -> dict[str, str]:
    """Create the three experiments of the data set `experiments` and return their ids by name."""
    teams = {"Alpha": [ExperimentTag("team", "red")], "beta": [], "Gamma": [ExperimentTag("team", "blue")]}
    ids = {}
    for name, tags in teams.items():
        request = CreateExperiment(f"zz-{name}", "", [*tags, ExperimentTag("s", "1")])
        ids[name] = store.experiments.create(request).experiment_id
        created = store.experiments.get(GetExperiment(ids[name])).experiment.creation_time
        while time.time_ns() // 1_000_000 <= created:
            pass
    return ids


def _answer_about_runs(store: Store, experiment_id: str, case: Case) -> Answer:
    request = SearchRuns([experiment_id], case.filter, order_by=case.order_by)
    try:
        return [run.info.run_name for run in store.runs.search(request).runs]
    except InvalidParameterValue as error:
        return error.message


def _answer_about_experiments(store: Store, ids: dict[str, str], case: Case) -> Answer:
    text = case.filter.replace("{Alpha}", ids["Alpha"]).replace("{beta}", ids["beta"])
    try:
        found = store.experiments.search(SearchExperiments(1000, text, case.order_by)).experiments
    except InvalidParameterValue as error:
        return error.message
    return [experiment.name.removeprefix("zz-") for experiment in found]


def _stem(message: str) -> list[str]:
    # What follows are sets, which have no order, and positions, which are ours.
    return message.split()[:4]


def find_differences(cases: list[Case], answers: list[Answer]) -> list[tuple[Case, Answer]]:
    """Return the cases whose answer is not the one meant, with that answer."""
    wrong = []
    for case, answer in zip(cases, answers, strict=True):
        expected = DIFFERENT.get((case.data, case.filter, *case.order_by), case.answer)
        if isinstance(answer, list) or isinstance(expected, list):
            same = answer == expected
        else:
            points = "(at position " in answer or not case.filter.strip() or "duplicate fields" in answer
            same = points and _stem(answer) == _stem(expected)
        if not same:
            wrong.append((case, answer))
    return wrong


def _own(data: str) -> list[Case]:
    return [msgspec.convert((data, text, order, answer), Case) for of, text, order, answer in OWN if of == data]


def cases_of(data: str) -> list[Case]:
    """Return every case of a data set, the recorded ones and our own."""
    return [case for case in reference_cases() if case.data == data] + _own(data)


class SearchContract:
    """Answering every recorded question."""

    def test_runs_are_found_as_the_reference_finds_them(self, store: Store) -> None:
        """Filters and orders over the five runs."""
        experiment_id = make_five_runs(store)
        cases = cases_of("runs")

        answers = [_answer_about_runs(store, experiment_id, case) for case in cases]

        assert find_differences(cases, answers) == []

    def test_keys_of_any_spelling_are_found(self, store: Store) -> None:
        """Quotes, keywords, numbers and odd syntax."""
        experiment_id = make_run_with_odd_keys(store)
        cases = cases_of("keys")

        answers = [_answer_about_runs(store, experiment_id, case) for case in cases]

        assert find_differences(cases, answers) == []

    def test_experiments_are_found_as_the_reference_finds_them(self, store: Store) -> None:
        """Filters and orders over the three experiments."""
        ids = make_three_experiments(store)
        cases = cases_of("experiments")

        answers = [_answer_about_experiments(store, ids, case) for case in cases]

        assert find_differences(cases, answers) == []

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            (" OR ".join(f"metrics.acc = {n}" for n in range(200)), []),
            (" AND ".join(f"NOT params.lr = '{n}'" for n in range(200)), ["E'q", "D", "B", "A"]),
            (" ".join(f"metrics.acc > {n / -9}" for n in range(200)), ["B", "A"]),
            (f"run_id IN ({', '.join(repr(str(n)) for n in range(10_000))})", []),
            (" AND NOT (status = 'x' OR ".join(["tags.team = 'red'"] * 26) + ")" * 25, []),
            (
                " OR (status = 'x' AND ".join(["tags.team IS NULL OR params.lr > 0.05"] * 50) + ")" * 49,
                ["E'q", "C", "A"],
            ),
            ("run_name LIKE '" + "%a" * 5000 + "'", []),
        ],
        ids=["or", "and not", "joined", "list", "deep not", "deep or", "pattern"],
    )
    def test_the_largest_filters_are_answered(self, store: Store, text: str, found: list[str]) -> None:
        """Up to every limit, in any shape."""
        experiment_id = make_five_runs(store)

        answer = _answer_about_runs(store, experiment_id, Case("runs", text, [], []))

        assert answer == found
