"""What is known about objects of the user, such as fitted estimators, by identity."""

import threading
import weakref
from typing import Any


class Memory:
    """Facts about objects, as long as these live. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._entries: dict[int, tuple[weakref.ref[Any], Any]] = {}

    def remember(self, thing: Any, known: Any) -> None:
        """Know this about a thing from now on; a list, say, cannot be recognized and is left out."""
        key = id(thing)
        try:
            reference = weakref.ref(thing, lambda dead: self._forget(key, dead))
        except TypeError:
            return
        with self._lock:
            self._entries[key] = (reference, known)

    def recall(self, thing: Any) -> Any:
        """Return what is known about a thing; None if that is nothing."""
        found = self._entries.get(id(thing))
        return found[1] if found is not None and found[0]() is thing else None

    def _forget(self, key: int, dead: Any) -> None:
        with self._lock:
            if (found := self._entries.get(key)) is not None and found[0] is dead:
                del self._entries[key]
