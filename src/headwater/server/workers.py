"""Bounded pools of threads, because stores block."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from headwater.protocol.errors import TemporarilyUnavailable

T = TypeVar("T")


class Workers:
    """Runs blocking calls in at most `threads` threads and refuses work beyond `threads + waiting` calls."""

    def __init__(self, name: str, *, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"headwater-{name}")
        self._limit = threads + waiting
        self._busy = 0

    async def run(self, call: Callable[[], T]) -> T:
        """Return the result of `call` in a thread; raise `TemporarilyUnavailable` at once if too many wait."""
        if self._busy >= self._limit:
            raise TemporarilyUnavailable(f"The server is busy with {self._busy} requests. Try again in a second.")
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        finally:
            self._busy -= 1

    @property
    def busy(self) -> int:
        """Return how many calls wait or run."""
        return self._busy

    def close(self) -> None:
        """Let running calls finish, drop waiting ones and end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)
