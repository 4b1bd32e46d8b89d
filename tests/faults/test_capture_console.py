"""A run's console is recorded whatever becomes of its program, and the program never notices."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from faults.programs import run_program, start_program, wait_for
from headwater.capture.recording import MAX_BYTES
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.logs import ReadLog
from headwater.protocol.runs import RunStatus
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import get_run
from headwater.tracking.shipper import sync_journals
from unit.tracking_places import own_place

BEGIN = "run = hw.start_run(capture='console')\nprint('run', run.info.run_id, flush=True)\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    yield opened
    opened.close()


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'headwater.db'}"


@pytest.fixture(params=["sqlite", "server"])
def place(request: pytest.FixtureRequest, uri: str, store: Store) -> Iterator[str]:
    if request.param == "sqlite":
        yield uri
    else:
        with live_server(store) as url:
            yield url


def read_log(store: Store, run_id: str, name: str = "") -> list[tuple[str, str]]:
    """Return stream and text of every line."""
    lines: list[tuple[str, str]] = []
    position = 0
    while True:
        answer = store.logs.read(ReadLog(run_id, name, position, limit_bytes=1 << 20))
        lines += [(line.stream, line.text) for line in answer.lines]
        if answer.next_position in {position, answer.size}:
            return lines
        position = answer.next_position


def run_of(output: str) -> str:
    found = re.search(r"run (\w{32})", output)
    assert found, output
    return found[1]


def log_of(store: Store, output: str) -> list[tuple[str, str]]:
    return read_log(store, run_of(output))


def test_everything_a_program_prints_is_recorded_and_still_printed(tmp_path: Path, place: str, store: Store) -> None:
    code = BEGIN + (
        "import ctypes, subprocess, threading\n"
        "print('python'); print('complaint', file=sys.stderr)\n"
        "sys.stdout.flush(); os.write(1, b'descriptor\\n')\n"
        "ctypes.CDLL(None).puts(b'library'); ctypes.CDLL(None).fflush(None)\n"
        "subprocess.run(['sh', '-c', 'echo child; echo trouble >&2'])\n"
        "workers = [threading.Thread(target=print, args=(f'thread {n}',)) for n in range(3)]\n"
        "[w.start() for w in workers]; [w.join() for w in workers]\n"
        "hw.end_run(); print('afterwards')\n"
    )

    done = run_program(tmp_path, place, code)

    assert done.returncode == 0, done.stderr
    printed = done.stdout.splitlines()
    assert printed[1:5] == ["python", "descriptor", "library", "child"]
    assert printed[-1] == "afterwards"
    assert done.stderr.splitlines() == ["complaint", "trouble"]
    log = log_of(store, done.stdout)
    assert [text for stream, text in log if stream == "out"] == printed[:8]
    assert [text for stream, text in log if stream == "err"] == ["complaint", "trouble"]
    assert list((tmp_path / "home" / "journal").iterdir()) == []


def test_kill_minus_nine_loses_no_line_that_was_seen(tmp_path: Path, place: str, store: Store) -> None:
    code = BEGIN + "for step in range(10**9):\n    print('step', step, flush=True)"
    with start_program(tmp_path, place, code) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline() for _ in range(2000)]
        process.kill()
        seen += process.stdout.readlines()

    def is_synced() -> bool:
        sync_journals(tmp_path / "home" / "journal")
        return bool(store.logs.read(ReadLog(run_of(seen[0]))).names) and len(log_of(store, seen[0])) >= len(seen) - 1

    wait_for(is_synced)
    texts = [text for _, text in log_of(store, seen[0])]
    assert texts[: len(seen) - 1] == [line.rstrip("\n") for line in seen[:-1]]
    assert list((tmp_path / "home" / "journal").iterdir()) == []


def test_a_running_program_can_be_watched(tmp_path: Path, place: str, store: Store) -> None:
    with start_program(tmp_path, place, BEGIN + "print('waiting', flush=True); os.read(os.pipe()[0], 1)") as process:
        assert process.stdout is not None
        run_id = run_of(process.stdout.readline())

        def is_seen() -> bool:
            try:
                return ("out", "waiting") in read_log(store, run_id)
            except ResourceDoesNotExist:
                return False

        wait_for(is_seen)
        live = store.logs.read(ReadLog(run_id))
        process.terminate()

    assert live.is_live
    wait_for(lambda: get_run(store, run_id).info.status == RunStatus.KILLED)
    assert not store.logs.read(ReadLog(run_id)).is_live
    assert read_log(store, run_id)[1] == ("out", "waiting")


def test_forked_and_spawned_workers_print_into_the_same_log(tmp_path: Path, uri: str, store: Store) -> None:
    code = (
        "import multiprocessing\n"
        + BEGIN
        + "for kind in ('fork', 'spawn'):\n"
        + "    worker = multiprocessing.get_context(kind).Process(target=print, args=(kind,))\n"
        + "    worker.start(); worker.join(); assert worker.exitcode == 0\n"
        + "if os.fork() == 0:\n    print('bare fork'); sys.exit(0)\n"
        + "os.wait()\n"
    )

    done = run_program(tmp_path, uri, code)

    assert done.returncode == 0, done.stderr
    assert {"fork", "spawn", "bare fork"} <= set(done.stdout.splitlines())
    assert {"fork", "spawn", "bare fork"} <= {text for _, text in log_of(store, done.stdout)}


@pytest.mark.slow
def test_a_storm_of_output_is_passed_on_whole_and_kept_within_bounds(tmp_path: Path, uri: str, store: Store) -> None:
    line = "x" * 99
    code = BEGIN + f"sys.stdout.writelines(f'{{n:08d}} {line}\\n' for n in range(1_000_000))\nprint('the end')"

    done = run_program(tmp_path, uri, code)

    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 100_000_000
    assert done.stdout.endswith(f"00999999 {line}\nthe end\n")
    texts: list[str] = []

    def is_synced() -> bool:  # at once, unless the machine is so busy that the end of the run did not wait for it
        sync_journals(tmp_path / "home" / "journal")
        texts[:] = [text for _, text in log_of(store, done.stdout)]
        return texts[-1:] == ["the end"]

    wait_for(is_synced)
    assert texts[1] == f"00000000 {line}"
    assert sum(map(len, texts)) < MAX_BYTES
    numbers = [int(text[:8]) for text in texts if text.endswith("xx") and text[:8].isdigit()]
    assert numbers == sorted(set(numbers))
    assert [text for text in texts if "left out here" in text]


def test_a_killed_relay_leaves_the_program_and_its_console_alone(tmp_path: Path, uri: str, store: Store) -> None:
    code = BEGIN + "for step in range(400):\n    print('step', step, flush=True); time.sleep(0.005)\nprint('the end')"
    with start_program(tmp_path, uri, code) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        early = [process.stdout.readline() for _ in range(20)]  # by now the first line is recorded as well as shown
        os.kill(find_relay(run_of(first)), signal.SIGKILL)
        rest, errors = "".join([*early, process.stdout.read()]), process.stderr.read()
    sync_journals(tmp_path / "home" / "journal")

    assert process.returncode == 0, errors
    steps = [int(text) for text in re.findall(r"^step (\d+)$", rest, re.MULTILINE)]
    assert steps[-1] == 399
    assert rest.endswith("the end\n")
    assert len(steps) >= 398  # what the relay held at that instant went with it
    assert "is recorded no more" in errors
    assert ("out", first.strip()) in read_log(store, run_of(first))


def test_a_relay_that_never_comes_holds_nobody_up(tmp_path: Path, uri: str, store: Store) -> None:
    impostor = tmp_path / "impostor"
    impostor.write_text("#!/bin/sh\nexec sleep 6\n")
    impostor.chmod(0o700)
    code = f"sys.executable = {str(impostor)!r}\n" + BEGIN + "print('x' * 4_000_000)\nprint('the end')"

    done = run_program(tmp_path, uri, code)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("x") == 4_000_000
    assert done.stdout.replace("x", "").endswith("\nthe end\n")  # what waited may come out beside what came later
    assert "is recorded no more" in done.stderr


def find_relay(run_id: str) -> int:
    """Return the process that relays this run's console."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if "headwater.capture.relay" in command and run_id in command:
            return int(folder.name)
    raise AssertionError("There is no relay.")


def test_a_terminal_stays_a_terminal(tmp_path: Path, uri: str, store: Store) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import headwater as hw, os, sys\n"
        + BEGIN
        + "print('tty', sys.stdout.isatty(), sys.stderr.isatty(), os.get_terminal_size().columns)\n"
        + "for n in range(3): print(f'\\r{n}/3', end='', file=sys.stderr)\n"
        + "print('\\rdone', file=sys.stderr)\n"
    )
    ours, theirs = pty.openpty()
    pty_size(theirs, 77)
    environment = {**os.environ, "HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_TRACKING_URI": uri}
    process = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = read_terminal(ours)
    assert process.wait(timeout=60) == 0

    assert "tty True True 77\r\n" in printed
    assert "\r0/3\r1/3\r2/3\rdone\r\n" in printed
    texts = [text for _, text in log_of(store, printed)]
    assert texts[1] == "tty True True 77"
    assert texts[-1] == "done"


def pty_size(terminal: int, columns: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def read_terminal(descriptor: int) -> str:
    parts: list[bytes] = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and select.select([descriptor], [], [], 60)[0]:
        try:
            parts.append(os.read(descriptor, 65536))
        except OSError:  # nobody has it open any more
            break
    os.close(descriptor)
    return b"".join(parts).decode()


def test_a_failing_program_leaves_its_traceback_in_the_log(tmp_path: Path, uri: str, store: Store) -> None:
    inside = (
        "with hw.start_run(capture='console') as run:\n    print('run', run.info.run_id)\n    raise ValueError('deep')"
    )

    within = run_program(tmp_path, uri, inside)
    outside = run_program(tmp_path, uri, BEGIN + "raise ValueError('flat')")

    assert within.stderr.count("ValueError: deep") == 1
    assert log_of(store, within.stdout)[-1] == ("err", "ValueError: deep")
    assert log_of(store, outside.stdout)[-1] == ("err", "ValueError: flat")


def test_a_crash_of_the_interpreter_is_in_the_log(tmp_path: Path, uri: str, store: Store) -> None:
    done = run_program(tmp_path, uri, BEGIN + "import faulthandler; faulthandler.enable(); os.abort()")

    assert "Fatal Python error: Aborted" in done.stderr

    def is_synced() -> bool:
        sync_journals(tmp_path / "home" / "journal")
        return ("err", "Fatal Python error: Aborted") in log_of(store, done.stdout)

    wait_for(is_synced)


def test_secrets_are_hidden_in_the_log_and_nowhere_else(tmp_path: Path, uri: str, store: Store) -> None:
    code = BEGIN + "print('PASSWORD=hunter2 and', os.environ['MY_TOKEN'], 'of patient-7')"
    variables = {"MY_TOKEN": "seesaw9", "HEADWATER_REDACT_PATTERNS": r"patient-\d+"}

    hidden = run_program(tmp_path, uri, code, **variables)
    shown = run_program(tmp_path, uri, code, **variables, HEADWATER_REDACT="0")

    assert hidden.stdout.endswith("PASSWORD=hunter2 and seesaw9 of patient-7\n")
    assert log_of(store, hidden.stdout)[1] == ("out", "PASSWORD=*** and *** of ***")
    assert log_of(store, shown.stdout)[1] == ("out", "PASSWORD=hunter2 and seesaw9 of patient-7")


def test_an_outage_delays_the_log_and_loses_none_of_it(tmp_path: Path, uri: str, store: Store) -> None:
    away = run_program(
        tmp_path,
        "http://127.0.0.1:9",
        BEGIN + "print('offline')",
        HEADWATER_EXIT_TIMEOUT="1",
        HEADWATER_HTTP_RETRIES="0",
    )

    report = sync_journals(tmp_path / "home" / "journal", tracking_uri=uri)

    assert not report.problems
    assert log_of(store, away.stdout)[1] == ("out", "offline")


def test_a_resumed_run_has_one_log_more_and_a_nested_one_shares_its_parents(
    tmp_path: Path, uri: str, store: Store
) -> None:
    first = run_program(
        tmp_path,
        uri,
        BEGIN + "child = hw.start_run(nested=True, capture='console')\nprint('child', child.info.run_id)\nhw.end_run()",
    )
    run_id = run_of(first.stdout)
    run_program(tmp_path, uri, f"hw.start_run({run_id!r}, capture='console'); print('resumed')")

    names = store.logs.read(ReadLog(run_id)).names
    assert names[0] == "console.log"
    assert re.fullmatch(r"console\.\d{8}T\d{6}Z\.[0-9a-f]{4}\.log", names[1])
    assert read_log(store, run_id, names[1]) == [("out", "resumed")]
    child = read_log(store, run_id)[1][1]
    assert store.logs.read(ReadLog(child.removeprefix("child "))).names == []


def test_replaced_streams_are_followed_and_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with own_place(tmp_path, monkeypatch):
        before = sys.stdout.write
        with hw.start_run(capture="console") as run:
            sys.stdout.write("into the test runner\n")
            sys.stderr.write("and its errors\n")
        sys.stdout.write("afterwards\n")
        hw.flush()
        log = hw.artifacts.load_text(f"runs:/{run.info.run_id}/logs/console.log")

    assert sys.stdout.write == before
    assert capsys.readouterr() == ("into the test runner\nafterwards\n", "and its errors\n")
    texts = [line.split(" ", 1)[1] for line in log.splitlines()]
    assert sorted(texts) == ["err and its errors", "out into the test runner"]
