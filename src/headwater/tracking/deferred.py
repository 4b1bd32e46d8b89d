"""Work on runs that need not hold up the program, such as drawing: done by one thread, in order."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable


class DeferredWork:
    """Does what it is given, one after the other; every method may be called from any thread.

    The work itself must not raise.
    """

    def __init__(self) -> None:
        self._queue: deque[tuple[str, Callable[[], None]]] = deque()
        self._pending: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, run_id: str, work: Callable[[], None]) -> None:
        """Do `work` soon."""
        with self._changed:
            self._queue.append((run_id, work))
            self._pending[run_id] += 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="headwater-deferred", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def has_work(self, run_id: str) -> bool:
        """Return whether something is still to be done for a run."""
        return self._pending[run_id] > 0

    def settle(self, deadline: float, run_id: str = "") -> bool:
        """Wait until all work, or that of one run, is done, and return whether; `deadline` is monotonic.

        Within the work itself there is nothing to wait for.
        """
        if self._thread is None or self._thread is threading.current_thread():
            return True
        with self._changed:
            return self._changed.wait_for(lambda: not self._count(run_id), max(0.0, deadline - time.monotonic()))

    def _count(self, run_id: str) -> int:
        return self._pending[run_id] if run_id else self._pending.total()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue)
                run_id, work = self._queue.popleft()
            try:
                work()
            finally:
                del work  # what it holds may be large
                with self._changed:
                    self._pending[run_id] -= 1
                    if not self._pending[run_id]:
                        del self._pending[run_id]
                    self._changed.notify_all()
