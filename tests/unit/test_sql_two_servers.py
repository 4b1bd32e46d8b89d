"""Two stores over one database, as two servers have it: together they keep the same promises as one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headwater.protocol.errors import HeadwaterError
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.journals import Append
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.runs import CreateRun, LogBatch, LogParam, Param, RunTag, SetTag
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.stores import get_run, make_experiment, make_run


@pytest.fixture
def stores(database_uri: str, tmp_path: Path) -> Iterator[list[Store]]:
    """Return two stores over one new database."""
    opened = [open_store(database_uri, artifacts=tmp_path / "artifacts") for _ in range(2)]
    yield opened
    for store in opened:
        store.close()


def test_batches_to_the_same_runs_in_any_order_are_all_stored(stores: list[Store]) -> None:
    runs = [make_run(stores[0]) for _ in range(6)]

    def work(index: int) -> None:
        store = stores[index % 2]
        order = runs if index % 3 else runs[::-1]
        for run_id in order:
            metrics = [Metric("m", 1.0, index, step) for step in range(10)]
            store.runs.log_batch(LogBatch(run_id, metrics, [Param(f"p{index}", "1")], [RunTag(f"t{index}", "1")]))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(36)))

    for run_id in runs:
        assert len(stores[0].metrics.get_history(GetHistory("m", run_id)).metrics) == 360
        data = get_run(stores[1], run_id).data
        assert (len(data.params), len(data.tags)) == (36, 37)


def test_of_two_values_for_one_param_one_is_kept_and_the_other_refused(stores: list[Store]) -> None:
    run_id = make_run(stores[0])

    def work(index: int) -> str:
        try:
            stores[index % 2].runs.log_param(LogParam(run_id=run_id, key=f"p{index // 2}", value=str(index % 2)))
        except HeadwaterError as error:
            return error.error_code
        return "stored"

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(work, range(100)))

    assert sorted(outcomes) == ["INVALID_PARAMETER_VALUE"] * 50 + ["stored"] * 50
    assert len(get_run(stores[0], run_id).data.params) == 50


def test_of_two_experiments_of_one_name_one_is_made(stores: list[Store]) -> None:
    def work(index: int) -> str:
        try:
            stores[index % 2].experiments.create(CreateExperiment(f"e{index // 2}"))
        except HeadwaterError as error:
            return error.error_code
        return "made"

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(work, range(60)))

    assert sorted(outcomes) == ["RESOURCE_ALREADY_EXISTS"] * 30 + ["made"] * 30


def test_a_journal_sent_to_both_is_stored_once(stores: list[Store]) -> None:
    experiment_id = make_experiment(stores[0])

    def work(index: int) -> int:
        journal = index // 4
        create = CreateRun(experiment_id, run_name=f"r{journal}")
        return (
            stores[index % 2]
            .runs.append(Append(f"journal{journal}", f"run{journal}", 1, 3, create=create, tags=[RunTag("t", "1")]))
            .last_seq
        )

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(work, range(80)))

    assert set(answers) == {3}
    assert {get_run(stores[1], f"run{journal}").info.run_name for journal in range(20)} == {f"r{j}" for j in range(20)}


def test_what_one_wrote_the_other_reads_at_once(stores: list[Store]) -> None:
    run_id = make_run(stores[0])

    for index in range(20):
        stores[index % 2].runs.set_tag(SetTag(run_id=run_id, key="t", value=str(index)))
        assert RunTag("t", str(index)) in get_run(stores[1 - index % 2], run_id).data.tags
