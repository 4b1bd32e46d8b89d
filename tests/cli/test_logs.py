"""`headwater runs logs` on a real store."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import root
from headwater.protocol.logs import AppendLog
from headwater.protocol.runs import RunStatus, UpdateRun
from headwater.stores import open_store
from headwater.testing.stores import make_run

TIME = "2026-01-02T03:04:05.678Z"
LOG = "".join(f"{TIME} {'err' if step == 2 else 'out'} step {step}\n" for step in range(12)).encode()


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'runs.db'}"


@pytest.fixture
def logged(uri: str) -> str:
    """Return a run that has printed twelve lines and goes on."""
    store = open_store(uri)
    run_id = make_run(store)
    store.logs.append(AppendLog(run_id, "console.log", 0, LOG))
    store.close()
    return run_id


@pytest.fixture
def logs(uri: str) -> Callable[..., Result]:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(root, ["--tracking-uri", uri, "runs", *arguments], prog_name="headwater")

    return run


def test_a_log_is_printed_with_times_or_without(logs: Callable[..., Result], logged: str) -> None:
    assert logs("logs", logged).stdout == LOG.decode()
    assert logs("logs", logged, "--no-times").stdout == "".join(f"step {step}\n" for step in range(12))


def test_colours_reach_a_terminal_and_nothing_else_does(uri: str, logged: str) -> None:
    printed = f"{TIME} out \x1b[31mred\x1b[0m \x1b]8;;https://x.y\x07link \x1b[2J\x07end\n".encode()
    store = open_store(uri)
    store.logs.append(AppendLog(logged, "other.log", 0, printed))
    store.close()
    command = ["--tracking-uri", uri, "runs", "logs", logged, "--name", "other.log", "--no-times"]

    piped = CliRunner().invoke(root, command).stdout
    shown = CliRunner().invoke(root, command, color=True).stdout

    assert shown == "\x1b[31mred\x1b[0m  ]8;;https://x.y link  [2J end\x1b[0m\n"
    assert piped == "red  ]8;;https://x.y link  [2J end\n"


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        (["--grep", "STEP 1"], [1, 10, 11]),
        (["--tail", "2"], [10, 11]),
        (["--tail", "2", "--grep", "step 1"], [10, 11]),
        (["--tail", "500"], list(range(12))),
        (["--stream", "err"], [2]),
        (["--name", "console.log", "-g", "absent"], []),
    ],
)
def test_lines_can_be_chosen(logs: Callable[..., Result], logged: str, options: list[str], steps: list[int]) -> None:
    assert logs("logs", logged, "--no-times", *options).stdout.splitlines() == [f"step {step}" for step in steps]


def test_a_program_gets_json(logs: Callable[..., Result], logged: str) -> None:
    lines = json.loads(logs("logs", logged, "--stream", "err", "--json").stdout)

    assert lines == [{"position": 72, "time": TIME, "stream": "err", "text": "step 2"}]


def test_following_ends_with_the_run(logs: Callable[..., Result], logged: str, uri: str) -> None:
    def go_on() -> None:
        store = open_store(uri)
        store.logs.append(AppendLog(logged, "console.log", len(LOG), f"{TIME} out the end\n".encode()))
        store.runs.update(UpdateRun(run_id=logged, status=RunStatus.FINISHED, end_time=2000))
        store.close()

    timer = threading.Timer(0.5, go_on)
    timer.start()
    output = logs("logs", logged, "--follow", "--tail", "1").stdout
    timer.join()

    assert output == f"{TIME} out step 11\n{TIME} out the end\n"


def test_a_run_without_a_log_says_how_to_have_one(logs: Callable[..., Result], uri: str) -> None:
    store = open_store(uri)
    run_id = make_run(store)
    store.close()

    done = logs("logs", run_id)

    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"The run '{run_id}' has no log. Start runs with HEADWATER_CAPTURE=console to have one.\n"


def test_mistakes_are_named(logs: Callable[..., Result], logged: str) -> None:
    assert "Run with id=nobody not found" in logs("logs", "nobody").stderr
    assert "has no log 'x.log'. It has: console.log." in logs("logs", logged, "--name", "x.log").stderr
    assert "Missing the run's id" in logs("logs").stderr


def test_what_was_captured_is_shown_with_the_run(logs: Callable[..., Result], logged: str) -> None:
    output = logs("get", logged).stdout

    assert f"captured\tlogs/console.log ({len(LOG)} B, being written)" in output
