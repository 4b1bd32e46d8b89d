"""Guessing passwords, slowed: whoever fails again and again waits longer each time."""

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from headwater.protocol.errors import RequestLimitExceeded

_LONGEST_S = 60.0
_FORGOTTEN_S = 900.0
_MOST = 50_000


@dataclass
class _Record:
    failures: int
    last: float


class Throttle:
    """Counts failures by key. Thread-safe.

    Args:
        clock: seconds that only rise.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: dict[Hashable, _Record] = {}
        self._lock = threading.Lock()

    def check(self, limits: Iterable[tuple[Hashable, int]]) -> None:
        """Raise `RequestLimitExceeded` if a key failed more often than its limit, and too short a time ago."""
        now = self._clock()
        with self._lock:
            wait = max((self._remaining(key, free, now) for key, free in limits), default=0.0)
        if wait > 0:
            seconds = int(wait) + 1
            raise RequestLimitExceeded(
                f"Too many failed attempts to sign in. Try again in {seconds} s.", retry_after_s=seconds
            )

    def fail(self, keys: Iterable[Hashable]) -> None:
        """Count a failure."""
        now = self._clock()
        with self._lock:
            for key in keys:
                record = self._records.get(key)
                if record is None or now - record.last > _FORGOTTEN_S:
                    self._make_room()
                    self._records[key] = _Record(1, now)
                else:
                    record.failures += 1
                    record.last = now

    def succeed(self, key: Hashable) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._records.pop(key, None)

    def _remaining(self, key: Hashable, free: int, now: float) -> float:
        record = self._records.get(key)
        if record is None or record.failures < free:
            return 0.0
        return record.last + min(_LONGEST_S, 2.0 ** min(record.failures - free, 10)) - now

    def _make_room(self) -> None:
        if len(self._records) >= _MOST:
            oldest = sorted(self._records, key=lambda key: self._records[key].last)[: _MOST // 10]
            for key in oldest:
                del self._records[key]
