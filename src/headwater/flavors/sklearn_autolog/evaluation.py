"""Metrics computed after a fit, from an estimator's predictions, logged to the run of that fit."""

import json
import threading
import weakref
from collections import Counter
from functools import cache
from inspect import CO_OPTIMIZED
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from headwater.flavors.sklearn_autolog.data import describe_data
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.memory import Memory
from headwater.tracking.writer import RunWriter

UNKNOWN = "unknown_dataset"
INFO_FILE = "metric_info.json"


class FittedRun:
    """The run of a fit, and what has been logged to it since. Any thread may log."""

    def __init__(self, writer: RunWriter) -> None:
        self.writer = writer
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._calls: dict[str, str | dict[str, Any]] = {}
        self._data = Memory()

    def log_evaluation_data(self, features: Any) -> None:
        """Say that the model was evaluated on these data, once as long as they live."""
        if self._data.recall(features) is None:
            self._data.remember(features, "eval")
            self.writer.log_inputs(describe_data(features, None, "eval"), (), synchronous=None)

    def log(self, metric: str, dataset: str, value: float, call_text: str | dict[str, Any]) -> None:
        """Log a metric under a name of its own, and the call that gave it."""
        with self._lock:
            self._counts[metric] += 1
            count = self._counts[metric]
            name = f"{metric}_{dataset}" if count == 1 else f"{metric}-{count}_{dataset}"
            self._calls[name] = call_text
            text = json.dumps(self._calls, indent=2, sort_keys=True, ensure_ascii=False)
            self.writer.log_metric(name, value, step=None, timestamp=None, synchronous=None)
            self.writer.log_bytes(text.encode(), INFO_FILE)


class _Known(NamedTuple):
    """Whose predictions an array holds, on which data, and how many."""

    run: FittedRun
    dataset: str
    rows: int


@cache
def _fits() -> Memory:
    return Memory()


@cache
def _predictions() -> Memory:
    return Memory()


@cache
def _runs() -> "weakref.WeakValueDictionary[tuple[str, str], FittedRun]":
    return weakref.WeakValueDictionary()


def remember_fit(estimator: Any, writer: RunWriter) -> FittedRun:
    """Let the predictions of an estimator from now on belong to this run."""
    key = (writer.uri, writer.run_id)
    run = _runs().setdefault(key, FittedRun(writer))
    _fits().remember(estimator, run)
    return run


def recall_fit(model: Any) -> FittedRun | None:
    """Return the run whose fit made a model, if it is known."""
    found: FittedRun | None = _fits().recall(model)
    return found


def remember_predictions(run: FittedRun, call: Call) -> None:
    """Let metrics of what the call returned be metrics of the run on the data that the call was given."""
    features = next((value for name, value in call.arguments.items() if name != "self"), None)
    known = _Known(run, name_of(features, call.caller), _length(call.result))
    _predictions().remember(call.result, known)
    origin = getattr(call.result, "base", None)
    if isinstance(origin, np.ndarray) and origin is not features:
        _predictions().remember(origin, known)


def watch_prediction(call: Call) -> Watch:
    """Remember whose predictions these are and on which data."""
    yield
    run = _fits().recall(call.args[0])
    if run is not None and call.error is None:
        remember_predictions(run, call)
        if call.options.log_datasets and call.function.__name__ == "predict":
            run.log_evaluation_data(next((value for name, value in call.arguments.items() if name != "self"), None))


def watch_score(call: Call) -> Watch:
    """Log an estimator's own score."""
    yield
    estimator = call.args[0]
    run = _fits().recall(estimator)
    if run is None or not _is_number(call.result):
        return
    features = next((value for name, value in call.arguments.items() if name != "self"), None)
    name = type(estimator).__name__
    run.log(f"{name}_score", name_of(features, call.caller), call.result, _describe(call, f"{name}.score"))


def watch_metric(call: Call) -> Watch:
    """Log a metric of known predictions."""
    yield
    if not _is_number(call.result):
        return
    for value in call.arguments.values():
        known = _recall_prediction(value)
        if known is not None:
            name = call.function.__name__
            known.run.log(name, known.dataset, call.result, _describe(call, name))
            return


def _recall_prediction(value: Any) -> _Known | None:
    """Return what is known of an array, or of the one that it shows columns of, all rows included."""
    known: _Known | None = _predictions().recall(value)
    if known is None and isinstance(value, np.ndarray) and value.base is not None:
        known = _predictions().recall(value.base)
        if known is not None and known.rows != _length(value):
            return None
    return known


def _length(value: Any) -> int:
    return len(value) if hasattr(value, "__len__") else 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _describe(call: Call, name: str) -> str:
    """Return the call as the user might have written it."""
    given = {key: value for key, value in call.arguments.items() if key != "self"}
    given.update(given.pop("kwargs", {}))
    return f"{name}({', '.join(f'{key}={_show(value, call.caller)}' for key, value in given.items())})"


def _show(value: Any, caller: FrameType) -> str:
    if value is None or isinstance(value, str | int | float | bool | np.number):
        return repr(value)
    name = name_of(value, caller)
    return f"<{type(value).__name__}>" if name == UNKNOWN else name


def name_of(value: Any, caller: FrameType) -> str:
    """Return the name of the caller's variable that holds `value`."""
    local = caller.f_locals
    for names in (local, caller.f_globals):
        found = next((name for name, held in list(names.items()) if held is value and not name.startswith("_")), "")
        if names is local and type(local) is dict and caller.f_code.co_flags & CO_OPTIMIZED:
            local.clear()  # a copy, which would keep the function's variables alive until it returns (before 3.13)
        if found:
            return found
    return UNKNOWN
