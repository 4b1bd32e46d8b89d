"""Many processes and threads log to one run, and the totals are exact."""

from pathlib import Path

import pytest

from faults.programs import run_program
from headwater.protocol.metrics import GetHistory
from headwater.protocol.runs import SearchRuns
from headwater.stores import open_store
from headwater.testing.servers import live_server

CODE = """
import multiprocessing, threading
context = multiprocessing.get_context("{method}")
from work import work
with hw.start_run() as run:
    workers = [context.Process(target=work, args=(run.info.run_id, number)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 8
    hw.log_metric("rows", -1, step=0)
"""

WORK = """
import threading
import headwater as hw

def log(run_id, number, thread):
    for step in range(50):
        hw.log_metric("rows", step, step=(number * 4 + thread) * 50 + step + 1, run_id=run_id)

def work(run_id, number):
    threads = [threading.Thread(target=log, args=(run_id, number, thread)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("kind", ["sqlite", "server"])
def test_eight_processes_of_four_threads_log_exactly_what_they_log(tmp_path: Path, method: str, kind: str) -> None:
    (tmp_path / "work.py").write_text(WORK)
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    try:
        if kind == "sqlite":
            store.close()
            result = run_program(tmp_path, f"sqlite:///{tmp_path / 'headwater.db'}", CODE.format(method=method))
            store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
        else:
            with live_server(store) as url:
                result = run_program(tmp_path, url, CODE.format(method=method))
        (run,) = store.runs.search(SearchRuns(experiment_ids=["0"])).runs
        points = store.metrics.get_history(GetHistory("rows", run_id=run.info.run_id)).metrics
    finally:
        store.close()

    assert result.returncode == 0, result.stderr
    assert sorted(point.step for point in points) == list(range(1601))
    assert run.info.status == "FINISHED"
    assert not list((tmp_path / "home" / "journal").iterdir()), result.stderr


def test_a_forked_child_logs_to_its_parents_run_in_a_journal_of_its_own(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = """
with hw.start_run() as run:
    hw.log_metric("rows", 1, step=1)
    child = os.fork()
    if child == 0:
        hw.log_metric("rows", 2, step=2)
        hw.flush()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    hw.log_metric("rows", 3, step=3)
"""

    result = run_program(tmp_path, uri, code)

    store = open_store(uri)
    (run,) = store.runs.search(SearchRuns(experiment_ids=["0"])).runs
    points = store.metrics.get_history(GetHistory("rows", run_id=run.info.run_id)).metrics
    store.close()
    assert result.returncode == 0, result.stderr
    assert sorted(point.step for point in points) == [1, 2, 3]


def test_a_program_reads_what_its_workers_logged(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(
        "import headwater as hw\n"
        "def train(number):\n"
        "    with hw.start_run() as run:\n"
        "        hw.log_metric('x', number)\n"
        "    return run.info.run_id\n"
        "def note(task):\n"
        "    hw.Client().log_metric(task[0], 'y', task[1], step=task[1])\n"
    )
    code = """
import multiprocessing
from tasks import note, train
context = multiprocessing.get_context("fork")
with context.Pool(2) as pool:
    ids = pool.map(train, range(4))
    assert [hw.get_run(run_id).data.metrics["x"] for run_id in ids] == [0, 1, 2, 3]
with hw.start_run() as run:
    with context.Pool(2) as pool:
        pool.map(note, [(run.info.run_id, step) for step in range(6)])
    assert len(hw.Client().get_metric_history(run.info.run_id, "y")) == 6
"""

    result = run_program(tmp_path, f"sqlite:///{tmp_path / 'headwater.db'}", code)

    assert result.returncode == 0, result.stderr


def test_a_pool_that_is_ended_leaves_no_run_behind(tmp_path: Path) -> None:
    code = """
import multiprocessing
def train(number):
    with hw.start_run():
        hw.log_metric("x", number)
for _ in range(5):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(train, range(4))
"""

    result = run_program(tmp_path, f"sqlite:///{tmp_path / 'headwater.db'}", code)

    assert result.returncode == 0, result.stderr
    assert not list((tmp_path / "home" / "journal").iterdir())


def test_a_worker_sees_sigterm_though_it_has_just_begun_to_wait(tmp_path: Path) -> None:
    code = """
import multiprocessing, signal, threading
context = multiprocessing.get_context("fork")
def work():
    hw.start_run()
    def interrupt():  # as if the signal came in the moment before the wait: its handler is due, and nobody wakes
        time.sleep(0.2)
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    threading.Thread(target=interrupt).start()
    context.Semaphore(0).acquire()
worker = context.Process(target=work)
worker.start()
worker.join(30)
assert worker.exitcode == -signal.SIGTERM, worker.exitcode
assert [run.info.status for run in hw.search_runs(output_format="list")] == ["KILLED"]
"""

    result = run_program(tmp_path, f"sqlite:///{tmp_path / 'headwater.db'}", code)

    assert result.returncode == 0, result.stderr


def test_a_worker_that_logs_nothing_ends_as_it_would_without_us(tmp_path: Path) -> None:
    code = """
import multiprocessing, signal
context = multiprocessing.get_context("fork")
with hw.start_run(), context.Pool(1) as pool:
    assert pool.apply(signal.getsignal, (signal.SIGTERM,)) == signal.SIG_DFL
"""

    result = run_program(tmp_path, f"sqlite:///{tmp_path / 'headwater.db'}", code)

    assert result.returncode == 0, result.stderr


def test_a_program_reads_what_a_killed_one_left(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    killed = run_program(
        tmp_path, uri, "run = hw.start_run()\nprint(run.info.run_id, flush=True)\nos.kill(os.getpid(), 9)"
    )

    result = run_program(tmp_path, uri, f"print(hw.get_run('{killed.stdout.strip()}').info.run_id)")

    assert result.stdout == killed.stdout, result.stderr
