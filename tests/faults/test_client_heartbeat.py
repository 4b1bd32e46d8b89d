"""A program that falls silent loses its run, and gets it back with its next sign of life."""

import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.programs import run_program, start_program, wait_for
from headwater.protocol.columns import QueryRuns, Sweep
from headwater.protocol.journals import Append
from headwater.protocol.runs import CreateRun, GetRun, RunInfo, RunStatus, SearchRuns, UpdateRun
from headwater.stores import open_store
from headwater.stores.interface import Store

LOG_AND_WAIT = """
run = hw.start_run()
hw.log_metric('loss', 0.5)
hw.flush()
os.write(1, b'ready\\n')
while not os.path.exists('go'):
    time.sleep(0.02)
hw.log_metric('loss', 0.25)
hw.flush()
while not os.path.exists('end'):
    time.sleep(0.02)
"""


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'headwater.db'}"


@pytest.fixture
def store(uri: str) -> Iterator[Store]:
    opened = open_store(uri)
    yield opened
    opened.close()


def read_run(store: Store) -> RunInfo:
    (run,) = store.runs.search(SearchRuns(experiment_ids=["0"])).runs
    return run.info


def shown_status(store: Store) -> str:
    """Return the status of the only run as the UI shows it."""
    (column,) = store.columns.query_runs(QueryRuns(["0"], columns=["attributes.status"])).columns
    assert column.values is not None
    assert column.index is not None
    return column.values[column.index[0]]


def sweep_until_lost(store: Store) -> None:
    """Sweep with hardly any patience until the run of a program that says nothing is lost."""

    def is_lost() -> bool:
        store.columns.sweep(Sweep(silence_ms=1))
        return shown_status(store) == "LOST"

    wait_for(is_lost)


def beat(store: Store, run_id: str) -> None:
    store.runs.append(Append(uuid.uuid4().hex, run_id, first_seq=1, last_seq=0, heartbeat=True))


def test_a_program_that_is_stopped_is_lost_and_runs_again_when_it_goes_on(
    tmp_path: Path, uri: str, store: Store
) -> None:
    with start_program(tmp_path, uri, LOG_AND_WAIT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        sweep_until_lost(store)
        lost = read_run(store)
        process.send_signal(signal.SIGCONT)
        (tmp_path / "go").touch()
        wait_for(lambda: shown_status(store) == "RUNNING")
        revived = read_run(store)
        (tmp_path / "end").touch()
        assert process.wait(timeout=30) == 0

    assert lost.status == "FAILED"
    assert lost.end_time is not None
    assert (revived.status, revived.end_time) == ("RUNNING", None)
    assert shown_status(store) == "FINISHED"
    (run,) = store.runs.search(SearchRuns(experiment_ids=["0"])).runs
    assert [metric.value for metric in run.data.metrics] == [0.25]


def test_a_program_that_is_killed_stays_lost(tmp_path: Path, uri: str, store: Store) -> None:
    with start_program(tmp_path, uri, LOG_AND_WAIT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert read_run(store).status == "RUNNING"
        process.kill()

    sweep_until_lost(store)

    found = read_run(store)
    assert found.status == "FAILED"
    assert found.end_time is not None
    assert found.end_time >= found.start_time


def test_a_program_that_ended_is_never_lost(tmp_path: Path, uri: str, store: Store) -> None:
    result = run_program(tmp_path, uri, "hw.start_run()\nhw.end_run('KILLED')")
    assert result.returncode == 0, result.stderr
    before = read_run(store)

    store.columns.sweep(Sweep(silence_ms=0))

    assert read_run(store) == before
    assert shown_status(store) == "KILLED"


def test_a_heartbeat_alone_revives_a_lost_run_but_not_one_that_failed(store: Store) -> None:
    run_id = store.runs.create(CreateRun("0")).run.info.run_id
    store.columns.sweep(Sweep(silence_ms=0))
    assert shown_status(store) == "RUNNING", "a client that sends no heartbeats is never lost"

    beat(store, run_id)
    sweep_until_lost(store)
    beat(store, run_id)
    assert shown_status(store) == "RUNNING"
    assert store.runs.get(GetRun(run_id=run_id)).run.info.end_time is None

    store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FAILED, end_time=5))
    beat(store, run_id)
    info = store.runs.get(GetRun(run_id=run_id)).run.info
    assert (info.status, info.end_time) == ("FAILED", 5)


def test_a_run_that_a_patient_sweep_sees_between_heartbeats_is_not_lost(store: Store) -> None:
    run_id = store.runs.create(CreateRun("0")).run.info.run_id
    beat(store, run_id)

    store.columns.sweep(Sweep())

    assert shown_status(store) == "RUNNING"
