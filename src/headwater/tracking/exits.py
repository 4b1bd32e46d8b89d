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
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import FrameType, TracebackType
from typing import Protocol

from headwater import config
from headwater.protocol.runs import RunStatus

KILL_TIMEOUT_S = 1.5
PATIENCE_S = 0.05
"""How long the main thread has to come to a signal by itself."""
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


def install_process_hooks(current: CurrentSession) -> None:
    """Let SIGTERM, and the end of a worker of `multiprocessing`, wait until this process has shipped."""
    process = sys.modules.get("multiprocessing.process")
    is_worker = process is not None and process.parent_process() is not None
    if is_worker:
        _ship_with_worker(current, os.getpid())
    if threading.current_thread() is threading.main_thread():
        _watch_termination(current, os.getpid(), is_worker=is_worker)


@cache
def _ship_with_worker(current: CurrentSession, pid: int) -> None:  # noqa: ARG001 - once for each process
    from multiprocessing.util import Finalize  # loaded already, in a worker

    Finalize(None, _at_exit, args=(current,), exitpriority=10)  # workers run no atexit functions


@cache
def _watch_termination(current: CurrentSession, pid: int, *, is_worker: bool) -> None:  # noqa: ARG001 - as above
    if signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        return
    handler = _EndKilled(current)
    signal.signal(signal.SIGTERM, handler)
    if is_worker:
        handler.insist()


def _at_exit(current: CurrentSession) -> None:
    session = current()
    session.finish(session.exit_status, float(config.EXIT_TIMEOUT_S.get()))
    if session.exit_status is RunStatus.KILLED and not hasattr(sys, "ps1"):  # at a prompt, Ctrl+C ends nothing
        # Python remembers an interrupt for its exit code until text is executed, as by a dataclass being loaded.
        with suppress(KeyboardInterrupt):
            exec("raise KeyboardInterrupt")  # noqa: S102


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


class _EndKilled:
    """What SIGTERM does to a process that logs: end its runs as killed, ship for a moment, and end it."""

    _wakeups = -1
    """Where Python notes the signals of this process for `insist`."""

    def __init__(self, current: CurrentSession) -> None:
        self._current = current

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        session = self._current()
        if session.is_finishing:
            return  # the program is ending by itself, such as a worker whose pool is closed, and ships what is left
        session.finish(RunStatus.KILLED, min(KILL_TIMEOUT_S, float(config.EXIT_TIMEOUT_S.get())))
        os.kill(os.getpid(), number)

    def insist(self) -> None:
        """Let the main thread see a SIGTERM that comes in the moment in which it begins to wait.

        Python calls handlers between two bytecodes. A worker that just then begins to wait for its next task, which is
        when pools end their workers, would never get there, and its pool would wait for it forever.
        """
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        if before != -1:  # somebody else's, who then wakes the main thread
            signal.set_wakeup_fd(before)
            os.close(reading)
            os.close(writing)
            return
        _EndKilled._wakeups = writing
        threading.Thread(target=self._insist, args=(reading,), name="headwater-signals", daemon=True).start()

    def _insist(self, reading: int) -> None:
        main = threading.main_thread().ident
        while os.read(reading, 1) != bytes([signal.SIGTERM]):
            pass
        time.sleep(PATIENCE_S)
        while main is not None and signal.getsignal(signal.SIGTERM) is self:
            signal.pthread_kill(main, signal.SIGTERM)
            time.sleep(PATIENCE_S)

    @classmethod
    def leave(cls) -> None:
        """Let a forked child, which may never log, end as it would have without us."""
        if isinstance(signal.getsignal(signal.SIGTERM), cls):
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if cls._wakeups != -1:
            if (now := signal.set_wakeup_fd(-1)) != cls._wakeups:
                signal.set_wakeup_fd(now)
            cls._wakeups = -1


os.register_at_fork(after_in_child=_EndKilled.leave)
