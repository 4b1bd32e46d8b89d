"""A progress bar for transfers that take long, on a terminal and nowhere else."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headwater.config import PROGRESS

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE_S = 1.0  # what is over sooner needs no bar
_LEAST_BYTES = 16 * 1024 * 1024


@contextmanager
def progress(what: str, total: int, *, is_awaited: Callable[[], bool] | None = None) -> Iterator[Callable[[int], None]]:
    """Yield a function that is told of transferred bytes, from any thread; it shows a bar after a second.

    When the block is left by an error or an interrupt, the function raises from then on, so that threads which are
    still transferring end with the next bytes. With `is_awaited` the bar waits until that says that somebody waits.
    """
    is_seen = total >= _LEAST_BYTES and PROGRESS.is_on() and sys.stderr is not None and sys.stderr.isatty()
    bar = _Bar(what, total, is_awaited or (lambda: True)) if is_seen else None
    is_over = False

    def add(count: int) -> None:
        if is_over:
            raise InterruptedError("The transfer was given up.")
        if bar is not None:
            bar.add(count)

    try:
        yield add
    except BaseException:
        is_over = True
        raise
    finally:
        if bar is not None:
            bar.close()


class _Bar:
    def __init__(self, what: str, total: int, is_awaited: Callable[[], bool]) -> None:
        self._what = what
        self._is_awaited = is_awaited
        self._total = total
        self._done = 0
        self._begins_at = time.monotonic() + _PATIENCE_S
        self._lock = threading.Lock()
        self._shown: Progress | None = None

    def add(self, count: int) -> None:
        """Count bytes, and show them if this takes long."""
        with self._lock:
            self._done += count
            if self._shown is None and time.monotonic() >= self._begins_at and self._is_awaited():
                self._shown = self._show()
            if self._shown is not None:
                self._shown.update(self._shown.task_ids[0], completed=self._done)

    def close(self) -> None:
        """Leave the last state on the terminal."""
        if self._shown is not None:
            self._shown.stop()

    def _show(self) -> "Progress":
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        shown = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        shown.add_task(self._what, total=self._total)
        shown.start()
        return shown
