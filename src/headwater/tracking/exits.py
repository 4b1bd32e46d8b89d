"""What happens to open runs when the program ends.

The end of the program finishes them, an exception, `sys.exit` or `exit` with an error fails them, Ctrl+C or SIGTERM
kills them.
Hooks are set at the first run, and only where they do not displace somebody else's.
"""

import atexit
import builtins
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType, TracebackType
from typing import Protocol

from headwater import config
from headwater.protocol.runs import RunStatus

KILL_TIMEOUT_S = 1.5
_FOLDERS: list[tuple[Path, int]] = []
"""What to remove at the end, and which process made it."""


class Finishable(Protocol):
    """What ends with the program."""

    exit_status: RunStatus
    is_finishing: bool

    def finish(self, status: RunStatus, timeout_s: float) -> None:
        """End open runs with `status` and wait at most `timeout_s`."""


CurrentSession = Callable[[], Finishable]


def status_after(error: BaseException | None) -> RunStatus:
    """Return how a run has ended whose program, or `with` block, ends with this exception."""
    if error is None or (isinstance(error, SystemExit) and error.code in {None, 0}):
        return RunStatus.FINISHED
    return RunStatus.KILLED if isinstance(error, KeyboardInterrupt) else RunStatus.FAILED


def remove_at_exit(folder: Path) -> None:
    """Remove a folder when this process ends, after what is still being logged, which may read it."""
    _FOLDERS.append((folder, os.getpid()))


@cache
def ship_at_exit(current: CurrentSession) -> None:
    """Ship what is left at the end of this program and of its forked children.

    `current` gives the session of the asking process.
    """
    atexit.register(_at_exit, current)


@cache
def install_exit_hooks(current: CurrentSession) -> None:
    """Watch how this program and its forked children end, which the runs that are open then get as their status."""
    ship_at_exit(current)
    _watch_exceptions(current)
    _watch_exit_codes(current)
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _make_handler(current))


@cache
def install_worker_hook(current: CurrentSession, pid: int) -> None:  # noqa: ARG001 - once for each process
    """Let a worker of `multiprocessing`, which runs no atexit functions, ship before it ends."""
    process = sys.modules.get("multiprocessing.process")
    if process is None or process.parent_process() is None:
        return
    from multiprocessing.util import Finalize  # loaded already, in a worker

    Finalize(None, _at_exit, args=(current,), exitpriority=10)


def _at_exit(current: CurrentSession) -> None:
    session = current()
    session.finish(session.exit_status, float(config.EXIT_TIMEOUT_S.get()))


@atexit.register  # before the hooks of any run, and so it is called after them
def remove_folders() -> None:
    """Remove the folders of `remove_at_exit`; called by itself, unless the process is ended without its modules."""
    for folder, process_id in _FOLDERS:
        if os.getpid() == process_id:  # a fork has no folders of its own
            shutil.rmtree(folder, ignore_errors=True)


def _watch_exceptions(current: CurrentSession) -> None:
    previous = sys.excepthook

    def note_failure(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        current().exit_status = status_after(error)
        previous(kind, error, traceback)

    sys.excepthook = note_failure


def _watch_exit_codes(current: CurrentSession) -> None:
    for place, name in ((sys, "exit"), (builtins, "exit"), (builtins, "quit")):
        if previous := getattr(place, name, None):  # python -S has no exit() and quit()
            setattr(place, name, _Exit(previous, current))


class _Exit:
    """`sys.exit`, `exit` or `quit`, noting the code on the way. A bare `raise SystemExit` passes unseen."""

    def __init__(self, previous: Callable[..., object], current: CurrentSession) -> None:
        self._previous = previous
        self._current = current

    def __call__(self, code: object = None) -> None:
        self._current().exit_status = RunStatus.FINISHED if code in {None, 0} else RunStatus.FAILED
        self._previous(code)

    def __repr__(self) -> str:
        return repr(self._previous)  # what `exit` without parentheses tells a person


def _make_handler(current: CurrentSession) -> Callable[[int, FrameType | None], None]:
    def end_killed(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        session = current()
        if session.is_finishing:
            return  # the program is ending by itself, such as a worker whose pool is closed, and ships what is left
        session.finish(RunStatus.KILLED, min(KILL_TIMEOUT_S, float(config.EXIT_TIMEOUT_S.get())))
        os.kill(os.getpid(), number)

    return end_killed
