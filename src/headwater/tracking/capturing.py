"""What one run captures by itself while it is open: its console, its code and the load of its machine.

Nothing here raises into the user's program: what cannot be captured is said once, in the log.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import cache, lru_cache
from traceback import format_exception
from typing import TYPE_CHECKING

import msgspec

from headwater import config
from headwater.loading import loading
from headwater.protocol.contexts import in_context, metric_key
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.logs import CONSOLE_LOG
from headwater.protocol.runs import GetRun
from headwater.tracking.capture_choice import CODE, CONSOLE, SYSTEM, make_redactor, sampling
from headwater.tracking.context import find_commit, find_top, hide_secrets, notebook_file, source_folder
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter

if TYPE_CHECKING:
    from headwater.tracking.console_log import ConsoleLog

CODE_FOLDER = "code"
SYSTEM_PREFIX = "system/"
SAME_CODE_S = 30.0  # for how long the runs of one process share a look at the working tree
JOIN_S = 0.5
LET_GO_S = 0.05  # before a thread of ours does anything, so that `start_run` returns without sharing the interpreter

_log = logging.getLogger(__name__)


class RunCapture:
    """Everything that is captured for one open run.

    Args:
        writer: of the run.
        parts: what is captured.
        is_resumed: whether it had begun before.
        rank: this process's among those that train together.
        number: how many runs this process started before.
    """

    def __init__(
        self,
        writer: RunWriter,
        parts: frozenset[str],
        *,
        is_resumed: bool,
        rank: int | None = None,
        number: int = 0,
    ) -> None:
        self._writer = writer
        self._parts = parts
        self._is_resumed = is_resumed
        self._number = number
        self._cells = 0  # of a notebook, that were kept
        self._context = None if rank is None else {"rank": rank}
        self._is_over = threading.Event()
        self._code: threading.Thread | None = None
        self._system: threading.Thread | None = None
        self._console: ConsoleLog | None = None

    @property
    def has_console(self) -> bool:
        """Return whether the console of this process belongs to this run."""
        return self._console is not None

    @property
    def is_busy(self) -> bool:
        """Return whether the code is still being read."""
        return self._code is not None and self._code.is_alive()

    def start(self, *, with_console: bool) -> None:
        """Begin, in threads of our own; `with_console` is False if the console belongs to another run."""
        try:
            if CODE in self._parts:
                self._code = _start_thread("headwater-code", self._capture_code)
            if SYSTEM in self._parts:
                self._system = _start_thread("headwater-system", self._capture_system)
            if CONSOLE in self._parts and with_console:
                self._start_console()
        except Exception:  # noqa: BLE001 - training goes on without
            _log.warning("Run '%s' goes on with less captured.", self._writer.run_id, exc_info=True)

    def stop(self, timeout_s: float) -> None:
        """End what belongs to the open run, within about this time."""
        self._is_over.set()
        try:
            if self._console is not None:
                self._console.stop(timeout_s)
            if self._cells:
                self._keep_cells()
            if self._system is not None and self._system is not threading.current_thread():
                self._system.join(min(timeout_s, JOIN_S))
        except Exception:  # noqa: BLE001 - training goes on without
            _log.warning("Run '%s' ends with less captured.", self._writer.run_id, exc_info=True)

    def note_failure(self, error: BaseException) -> None:
        """Keep a traceback in the log."""
        if self._console is not None:
            self._console.note("".join(format_exception(error)))

    def join(self, deadline: float) -> None:
        """Wait, until the deadline on the monotonic clock, for what is still being read."""
        if self._code is not None:
            self._code.join(max(0.0, deadline - time.monotonic()))

    def abandon(self) -> None:
        """Let go of the parent's files in a forked child."""
        if self._console is not None:
            self._console.abandon()

    def _start_console(self) -> None:
        with loading():
            from headwater.tracking.console_log import ConsoleLog  # by runs that capture their console only

        name = CONSOLE_LOG
        if self._is_resumed:  # the log of its first part stays
            name = f"console.{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.{os.urandom(2).hex()}.log"
        console = ConsoleLog(self._writer, name)
        console.start()
        self._console = console

    def _capture_code(self) -> None:
        self._is_over.wait(LET_GO_S)
        with loading():
            from headwater.capture.code import find_program  # here, so that no run waits for the imports
            from headwater.tracking.program import CELLS_COMMAND, CELLS_FILE, PROGRAM_FILE, describe_program

        redact = make_redactor().redact
        files = {"requirements.txt": _requirements(), "diff.patch": redact(_diff(int(time.monotonic() / SAME_CODE_S)))}
        described = describe_program(find_top(), find_commit(), self._number, hide_secrets)
        if notebook_file():
            described = msgspec.structs.replace(described, command=[*CELLS_COMMAND, CELLS_FILE])
        files[PROGRAM_FILE] = msgspec.json.format(msgspec.json.encode(described), indent=1).decode()
        program = find_program(notebook_file())
        if program is not None:
            files[program.name] = redact(program.read_bytes().decode("utf-8", "replace"))
        for name, text in files.items():
            if text:
                self._writer.log_bytes(text.encode("utf-8", "replace"), f"{CODE_FOLDER}/{name}", synchronous=False)
        if notebook_file():
            self._keep_cells()

    def _keep_cells(self) -> None:
        """Keep the cells of the notebook that were executed so far, unless these were kept already."""
        with loading():
            from headwater.capture.cells import read_cells, write_notebook
            from headwater.tracking.program import CELLS_FILE

        cells = read_cells()
        if len(cells) > self._cells:
            self._cells = len(cells)
            text = make_redactor().redact(write_notebook(cells))
            self._writer.log_bytes(text.encode("utf-8", "replace"), f"{CODE_FOLDER}/{CELLS_FILE}", synchronous=False)

    def _capture_system(self) -> None:
        with loading():
            from headwater.capture.system import open_sampler  # psutil, by runs that measure only

        self._is_over.wait(LET_GO_S)
        interval, wanted = sampling()
        node = config.SYSTEM_METRICS_NODE_ID.get()
        prefix = f"{SYSTEM_PREFIX}{node}/" if node else SYSTEM_PREFIX
        sampler = open_sampler()
        step = self._next_step(prefix) if self._is_resumed else 0
        taken = 0
        is_over = False
        while not is_over:
            is_over = self._is_over.wait(interval)
            sampler.sample()
            taken += 1
            if taken >= wanted or is_over:  # also the last samples, so that a short run has some
                means = {prefix + name: value for name, value in sampler.take_means().items()}
                own = in_context(means, self._context)
                self._writer.log_metrics(own, step=step, timestamp=None, synchronous=False)
                step, taken = step + 1, 0

    def _next_step(self, prefix: str) -> int:
        """Return the step after the last that this machine measured in the run before."""
        try:
            run = current_session().store_for_start(self._writer.uri).runs.get(GetRun(run_id=self._writer.run_id)).run
        except HeadwaterError:
            return 0
        metrics = run.data.metrics if self._context is None else run.data.contexts
        own = metric_key("", self._context) if self._context else ""
        return max((m.step + 1 for m in metrics if m.key.startswith(prefix) and m.key.endswith(own)), default=0)


@cache
def _requirements() -> str:
    with loading():
        from headwater.capture.code import read_requirements

    return read_requirements()


@lru_cache(maxsize=1)
def _diff(_moment: int) -> str:
    with loading():
        from headwater.capture.code import read_diff

    return read_diff(source_folder())


def _start_thread(name: str, work: Callable[[], None]) -> threading.Thread:
    def guarded() -> None:
        try:
            work()
        except Exception:  # noqa: BLE001 - a thread of ours must not print a traceback into the user's console
            _log.warning("Not everything could be captured.", exc_info=True)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread
