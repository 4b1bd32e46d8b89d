"""A server that is away, hangs or answers nonsense never hurts a program that logs."""

import time
from pathlib import Path

import pytest

from faults.programs import answering_server, free_port, run_program, silent_server, start_program, wait_for
from headwater.protocol.artifacts import GetTree
from headwater.protocol.experiments import GetExperimentByName
from headwater.protocol.metrics import GetHistory
from headwater.protocol.runs import GetRun, Run, SearchRuns
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.tracking.shipper import sync_journals

LOG_ALL = """
hw.set_experiment("outages")
with hw.start_run() as run:
    hw.log_param("depth", 6)
    hw.log_text("hello", "notes/hello.txt")
    hw.log_table({"n": [1]}, "table.json")
    hw.log_table({"n": [2]}, "table.json")
    hw.log_input(hw.data.MetaDataset("s3://bucket/key", name="train"), context="training")
    started = time.perf_counter()
    for step in range(2000):
        hw.log_metric("loss", step / 2, step=step)
    print(time.perf_counter() - started, flush=True)
"""


def journals(folder: Path) -> list[Path]:
    return list((folder / "home" / "journal").glob("*.hwj"))


def find_run(store: Store) -> Run:
    experiment = store.experiments.get_by_name(GetExperimentByName("outages")).experiment
    (found,) = store.runs.search(SearchRuns(experiment_ids=[experiment.experiment_id])).runs
    return store.runs.get(GetRun(run_id=found.info.run_id)).run


def assert_all_stored(store: Store) -> None:
    run = find_run(store)
    points = store.metrics.get_history(GetHistory("loss", run_id=run.info.run_id)).metrics
    assert [point.step for point in points] == list(range(2000))
    assert [param.value for param in run.data.params] == ["6"]
    assert run.info.status == "FINISHED"
    files = store.artifacts.get_tree(GetTree(f"{run.info.experiment_id}/{run.info.run_id}/artifacts")).files
    assert [file.path for file in files] == ["notes/hello.txt", "table.json"]
    assert [given.dataset.name for given in run.inputs.dataset_inputs] == ["train"]


@pytest.mark.parametrize("kind", ["away", "silent", "429", "500", "garbage"])
def test_a_useless_server_costs_nothing_but_a_warning_and_the_data_arrive_later(tmp_path: Path, kind: str) -> None:
    match kind:
        case "away":
            result, elapsed = run_against(tmp_path, f"http://127.0.0.1:{free_port()}")
        case "silent":
            with silent_server() as url:
                result, elapsed = run_against(tmp_path, url)
        case "429" | "500":
            with answering_server(int(kind), b'{"error_code": "NO", "message": "no"}') as url:
                result, elapsed = run_against(tmp_path, url)
        case _:
            with answering_server(200, b"<html>hello") as url:
                result, elapsed = run_against(tmp_path, url)

    returncode, output, errors = result
    assert returncode == 0, errors
    assert float(output) < 1.0, "logging 2,000 points must not wait"
    assert elapsed < 14.0, "one bounded question at the start, at most 5 s at the end"
    assert "Traceback" not in errors
    assert "records of 1 run(s) wait" in errors
    assert "headwater sync" in errors
    assert len(journals(tmp_path)) == 1

    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    with live_server(store) as url:
        report = sync_journals(tmp_path / "home" / "journal", tracking_uri=url)
        assert not report.problems
        assert not sync_journals(tmp_path / "home" / "journal", tracking_uri=url)
    assert_all_stored(store)
    store.close()
    assert not list((tmp_path / "home" / "journal").iterdir())


def run_against(folder: Path, url: str) -> tuple[tuple[int, str, str], float]:
    started = time.monotonic()
    result = run_program(folder, url, LOG_ALL)
    return (result.returncode, result.stdout, result.stderr), time.monotonic() - started


def test_records_arrive_when_the_server_appears_in_the_middle(tmp_path: Path) -> None:
    port = free_port()
    code = LOG_ALL + "\nhw.flush(40)\nprint('flushed')"
    with start_program(tmp_path, f"http://127.0.0.1:{port}", code) as process:
        assert process.stdout is not None
        assert float(process.stdout.readline()) < 1.0
        store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
        with live_server(store, port=port):
            output, errors = process.communicate(timeout=60)

    assert "flushed" in output, errors
    assert_all_stored(store)
    store.close()
    assert not journals(tmp_path)


def test_a_server_that_restarts_twice_gets_every_point_once_and_in_order(tmp_path: Path) -> None:
    port = free_port()
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = """
with hw.start_run() as run:
    for step in range(30_000):
        hw.log_metric("loss", step / 2, step=step)
        if step % 1000 == 0:
            os.write(1, b"%d\\n" % step)
            time.sleep(0.05)
hw.flush(60)
"""
    store = open_store(uri)
    with live_server(store, port=port):
        process = start_program(tmp_path, f"http://127.0.0.1:{port}", code)
        assert process.stdout is not None
        for _ in range(8):
            process.stdout.readline()
    store.close()
    for _ in range(8):
        process.stdout.readline()
    store = open_store(uri)
    with live_server(store, port=port):
        wait_for(lambda: bool(store.runs.search(SearchRuns(experiment_ids=["0"])).runs))
    store.close()
    store = open_store(uri)
    with live_server(store, port=port):
        _, errors = process.communicate(timeout=60)
    run = store.runs.search(SearchRuns(experiment_ids=["0"])).runs[0]
    points = store.metrics.get_history(GetHistory("loss", run_id=run.info.run_id)).metrics
    store.close()

    assert process.returncode == 0, errors
    assert [point.step for point in points] == list(range(30_000))


def test_a_deleted_run_stops_its_shipping_and_keeps_the_records(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = """
run = hw.start_run()
hw.log_metric("loss", 1)
hw.delete_run(run.info.run_id)
hw.log_metric("loss", 2)
try:
    hw.flush(10)
except hw.HeadwaterError as error:
    print("raised:", error)
hw.log_metric("loss", 3)
"""

    result = run_program(tmp_path, uri, code)

    assert result.returncode == 0, result.stderr
    assert "raised:" in result.stdout
    assert "Stopped logging run" in result.stderr
    assert len(list((tmp_path / "home" / "journal").glob("*.rejected"))) == 1
