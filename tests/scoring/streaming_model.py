"""A loader module whose model yields parts, and does what its requests ask for; it says what became of its streams."""

import queue
import threading
from collections.abc import Iterator
from typing import Any

GATE = threading.Event()
"""A model that is told to wait does so until this is set."""

TAKEN: "queue.SimpleQueue[int]" = queue.SimpleQueue()
"""The number of each part that was asked for by an endless stream."""

ENDED: "queue.SimpleQueue[str]" = queue.SimpleQueue()
"""What each stream did when it ended, and the name of the thread."""


class Streaming:
    """Yields what it was given, in parts."""

    def predict(self, data: Any, params: Any = None) -> Any:
        """Return all parts that do not misbehave."""
        return list(self.predict_stream({"messages": "plain"}, params))

    def predict_stream(self, data: Any, params: Any = None) -> Iterator[Any]:
        """Yield what the request asks for."""
        wish = data["messages"] if isinstance(data, dict) else data[0]
        begun = threading.current_thread().name
        try:
            if wish == "fail":
                raise ValueError("asked to fail")
            if wish == "wait":
                GATE.wait(30)
            yield {"text": "über", "times": (params or {}).get("times", 1)}
            yield float("nan")
            if wish == "fail later":
                raise ValueError("asked to fail later")
            number = 0
            while wish == "endless":
                number += 1
                TAKEN.put(number)
                yield "x" * 100_000
        finally:
            ENDED.put("same thread" if threading.current_thread().name == begun else "another thread")


def _load_pyfunc(path: str) -> Any:
    return Streaming()
