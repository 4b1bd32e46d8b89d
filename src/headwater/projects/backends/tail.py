"""Following what a job prints elsewhere, so that all of it arrives once, whatever becomes of the connection."""

import re
import threading
from collections.abc import Callable

from headwater.projects.project_log import OUT, ProjectLog

_END_S = 5.0


class Tail:
    """Passes on what a job prints as it comes, in a thread; what its connection lost is made up for by `close`."""

    def __init__(
        self, log: ProjectLog, follow: Callable[[Callable[[bytes], None]], None], read_all: Callable[[], bytes]
    ) -> None:
        self._log = log
        self._follow = follow
        self._read_all = read_all
        self._passed = 0
        self._lock = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="headwater-project-tail", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Pass on the rest of what was printed by now."""
        self._thread.join(_END_S)
        with self._lock:
            self._is_closed = True
        try:
            data = self._read_all()
        except Exception as error:  # noqa: BLE001 - of any client below; the job's outcome is known without its log
            self._log.say(f"The end of the job's log is lost: {one_line(error)}")
        else:
            self._log.feed(OUT, data[self._passed :])

    def _run(self) -> None:
        try:
            self._follow(self._take)
        except Exception as error:  # noqa: BLE001 - of any client below; the rest comes at the end
            if not self._is_closed:
                self._log.say(f"The job's log cannot be followed and comes at its end: {one_line(error)}")

    def _take(self, data: bytes) -> None:
        with self._lock:
            if not self._is_closed:
                self._passed += len(data)
                self._log.feed(OUT, data)


def one_line(reason: object) -> str:
    """Return what somebody else's error says, on one line of bearable length."""
    return re.sub(r"\s+", " ", str(reason)).strip()[-1000:]
