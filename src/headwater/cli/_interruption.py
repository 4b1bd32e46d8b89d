"""Interrupts that wait until there is something to end."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Interruption:
    """Interrupts (^C, or SIGTERM) that wait until there is something to end."""

    def __init__(self) -> None:
        self._is_wanted = self._is_allowed = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    @contextmanager
    def allowed(self, cancel: Callable[[], None]) -> Iterator[None]:
        """Let interrupts end the block, after `cancel`."""
        self._is_allowed = True
        try:
            if self._is_wanted:
                raise KeyboardInterrupt
            yield
        except KeyboardInterrupt:
            cancel()
            raise

    def _note(self, _number: int, _frame: object) -> None:
        self._is_wanted = True
        if self._is_allowed:
            raise KeyboardInterrupt
