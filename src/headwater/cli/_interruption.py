"""What ^C and SIGTERM do to a command that carries something out."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def ended_by_signals(cancel: Callable[[], object]) -> Iterator[None]:
    """Let ^C and SIGTERM end the block by a `KeyboardInterrupt`, after `cancel`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        cancel()
        raise


@contextmanager
def interruptible() -> Iterator[None]:
    """Let ^C and SIGTERM end the block, and with it the command, which then says so in one line."""
    try:
        with ended_by_signals(lambda: None):
            yield
    except KeyboardInterrupt:
        raise click.ClickException("Interrupted.") from None


def _interrupt(_number: int, _frame: object) -> None:
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), b"\n")  # behind the terminal's ^C; printing it might be what was interrupted
    raise KeyboardInterrupt
