"""A loader module, as MLmodel files name one: its model answers with what it was given, or misbehaves when told to.

Nothing of ours is imported, so that MLflow can load it, too.
"""

import sys
import threading
import time
from typing import Any

GATE = threading.Event()
"""Models that are told to wait do so until this is set."""

ENTERED = threading.Semaphore(0)
"""Released by each model that begins to wait."""


class Echo:
    """Says what it was given."""

    def predict(self, data: Any, params: Any = None) -> Any:
        """Return a list with one description."""
        return [{**_describe(data), "params": dict(params or {})}]


def _describe(data: Any) -> dict[str, Any]:
    if hasattr(data, "iloc"):
        _misbehave(data)
        rows = [[_plain(value) for value in row] for row in data.values.tolist()]
        return {"kind": "frame", "columns": [str(name) for name in data.columns], "rows": rows}
    if isinstance(data, dict):
        return {"kind": "dict", "items": {key: _describe(value) for key, value in data.items()}}
    if hasattr(data, "dtype"):
        return {"kind": "array", "type": data.dtype.name, "shape": list(data.shape), "values": data.tolist()}
    return {"kind": type(data).__name__, "value": str(data)}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"bytes {value!r}"
    if value is None or value != value:
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value


def _misbehave(frame: Any) -> None:
    if "do" not in frame.columns:
        return
    wish = frame["do"].iloc[0]
    if wish == "fail":
        raise ValueError("asked to fail")
    if wish == "exit":
        sys.exit(3)
    if wish == "wait":
        ENTERED.release()
        GATE.wait(30)
    if wish == "sleep":
        time.sleep(0.3)


class _Returns:
    """Returns what its only column asks for."""

    def predict(self, data: Any, params: Any = None) -> Any:
        import numpy as np
        import pandas as pd

        kinds = {
            "array": np.array([1.5, 2.5]),
            "matrix": np.array([[1, 2], [3, 4]]),
            "nan": np.array([1.0, np.nan, np.inf]),
            "frame": pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
            "series": pd.Series([1, 2]),
            "dict": {"a": np.array([1, 2])},
            "scalar": 3,
            "text": "hello",
            "numpy scalar": np.float64(2.5),
            "texts": ["a", "b"],
            "no text": ["\ud800"],
            "moments": pd.DataFrame({"t": pd.Series(["2026-01-31", None]).astype("datetime64[ns]")}),
        }
        return kinds[data["what"].iloc[0]]


def _load_pyfunc(path: str) -> Any:
    return _Returns() if "returns" in path else Echo()
