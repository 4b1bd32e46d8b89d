"""Imports inside functions that any thread may call, none of which a fork cuts short.

A child that is forked while another thread imports a module would wait for that thread, which it does not have, as soon
as it imports the same module.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.RLock()
os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=_LOCK.release)


@contextmanager
def loading() -> Iterator[None]:
    """Let no process be forked while modules are imported in this block, by one thread at a time."""
    with _LOCK:
        yield
