"""What ^C and SIGTERM do to a command that carries something out."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def ended_by_signals(cancel: Callable[[], None]) -> Iterator[None]:
    """Let ^C and SIGTERM end the block by a `KeyboardInterrupt`, after `cancel`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        cancel()
        raise


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
