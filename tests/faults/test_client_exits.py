"""However a program ends, its run says so."""

import signal
from pathlib import Path

import pytest

from faults.programs import PATIENCE_S, free_port, run_program, start_program
from headwater.protocol.runs import RunInfo, SearchRuns
from headwater.stores import open_store
from headwater.tracking.shipper import sync_journals

START = "run = hw.start_run()\nhw.log_metric('loss', 0.5)\n"


def read_run(uri: str) -> RunInfo:
    store = open_store(uri)
    (run,) = store.runs.search(SearchRuns(experiment_ids=["0"])).runs
    store.close()
    return run.info


@pytest.mark.parametrize(
    ("ending", "code", "status"),
    [
        ("pass", 0, "FINISHED"),
        ("hw.end_run('KILLED')", 0, "KILLED"),
        ("1 / 0", 1, "FAILED"),
        ("sys.exit(0)", 0, "FINISHED"),
        ("sys.exit(3)", 3, "FAILED"),
        ("sys.exit('no data')", 1, "FAILED"),
        ("exit(3)", 3, "FAILED"),
        ("quit()", 0, "FINISHED"),
        ("raise KeyboardInterrupt", -signal.SIGINT, "KILLED"),
        ("import signal; os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)", -signal.SIGTERM, "KILLED"),
    ],
)
def test_the_end_of_a_program_is_the_end_of_its_run(tmp_path: Path, ending: str, code: int, status: str) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"

    result = run_program(tmp_path, uri, START + ending)

    assert result.returncode == code, result.stderr
    run = read_run(uri)
    assert run.status == status
    assert run.end_time is not None
    assert not list((tmp_path / "home" / "journal").iterdir())


def test_what_a_client_logged_without_a_run_of_its_own_arrives(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = "c = hw.Client()\nrun_id = c.create_run('0').info.run_id\nc.log_metric(run_id, 'loss', 0.5)\n"

    result = run_program(tmp_path, uri, code + "c.set_terminated(run_id)")

    assert result.returncode == 0, result.stderr
    assert read_run(uri).status == "FINISHED"
    assert not list((tmp_path / "home" / "journal").iterdir())


def test_sigterm_in_the_middle_of_a_logging_loop_ends_the_run_killed(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = START + "hw.flush()\nos.write(1, b'ready\\n')\nwhile True:\n    hw.log_metric('loss', 0.5)"

    with start_program(tmp_path, uri, code) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        returncode = process.wait(timeout=10)
    sync_journals(tmp_path / "home" / "journal")  # what a busy machine did not ship in the time that a signal leaves

    assert returncode == -signal.SIGTERM
    assert read_run(uri).status == "KILLED"


def test_who_interrupts_the_wait_at_the_end_is_told_what_stays_on_disk(tmp_path: Path) -> None:
    interrupt = (
        "import signal, threading\n"
        "timer = threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT))\n"
        "timer.daemon = True\n"
        "timer.start()\n"
    )

    result = run_program(
        tmp_path, f"http://127.0.0.1:{free_port()}", START + interrupt, HEADWATER_EXIT_TIMEOUT=f"{PATIENCE_S + 1}"
    )

    assert result.returncode == 0
    assert "records of 1 run(s) wait in" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_handler_of_sigterm_that_the_program_has_is_kept(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = (
        "import signal\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        + START
        + "os.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(60)"
    )

    result = run_program(tmp_path, uri, code)

    assert result.returncode == 7
