"""What `fit` and `evaluate` of a Keras model log."""

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from headwater.flavors.keras_autolog.board_logs import BoardLogs
from headwater.flavors.keras_autolog.recorder import find_optimizer, make_recorder
from headwater.flavors.sklearn_autolog.data import describe_data
from headwater.tracking.active import ActiveRun, active_run
from headwater.tracking.autolog import Call, Hook, Watch
from headwater.tracking.autolog.runs import log_new_params, training_run

_NOT_PARAMS = {"self", "x", "y", "callbacks", "validation_data", "verbose"}
_NUMBERS = (bool, int, float, str, type(None))
_STOPPING = ("monitor", "min_delta", "patience", "baseline", "restore_best_weights")


def model_hooks(module: ModuleType) -> Iterator[Hook]:
    """Yield the hooks of the class that every model is of."""
    yield Hook(module.Model, "fit", watch_fit)
    yield Hook(module.Model, "evaluate", watch_evaluate)


def watch_fit(call: Call) -> Watch:
    """Log params before a training, metrics and checkpoints while it goes on, and the model after it."""
    with training_run(call) as run:
        if run is None:
            yield
            return
        model, given = call.args[0], call.arguments
        with call.step("datasets"):
            _describe(call, run)
        with call.step("params"):
            log_new_params(call, run.writer, {**_find_params(call.settings), **find_optimizer(call, model)})
        stopping = next((item for item in _listed(given.get("callbacks")) if _is_stopping(item)), None)
        with call.step("early stopping"):
            if stopping is not None:
                log_new_params(call, run.writer, {name: getattr(stopping, name) for name in _STOPPING})
        logs = BoardLogs(call, _listed(given.get("callbacks")))
        with call.step("metrics"):
            has_recorder = any(hasattr(item, "is_recorder") for item in _listed(given.get("callbacks")))
            ours = [] if has_recorder else [make_recorder(call, run)]
            call.give("callbacks", _with(given.get("callbacks"), [*ours, *logs.make_callbacks()]))
        yield
        logs.keep(run)
        if call.error is None:
            with call.step("early stopping"):
                _log_stopping(call, run, stopping)
            call.keep_model(run, model)


def watch_evaluate(call: Call) -> Watch:
    """Log what an evaluation measures to the active run."""
    yield
    run = active_run()
    if run is None or call.error is not None or call.options.exclusive:
        return
    values = call.result if isinstance(call.result, Mapping) else call.args[0].get_metrics_result()
    found = {f"validation_{name}": float(value) for name, value in values.items()}
    run.writer.log_metrics(found, step=None, timestamp=None, synchronous=None)


def _find_params(settings: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in settings.items() if key not in _NOT_PARAMS and isinstance(value, _NUMBERS)}
    if found.get("batch_size") is None:
        size = getattr(settings.get("x"), "batch_size", None)
        found["batch_size"] = 32 if hasattr(settings.get("x"), "shape") else size
    return found


def _describe(call: Call, run: ActiveRun) -> None:
    if not call.options.log_datasets:
        return
    given = call.arguments
    inputs = describe_data(given.get("x"), given.get("y"), "train")
    held_out = given.get("validation_data")
    if isinstance(held_out, tuple | list) and len(held_out) >= 2:
        inputs += describe_data(held_out[0], held_out[1], "eval")
    run.writer.log_inputs(inputs, (), synchronous=None)


def _listed(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    if isinstance(callbacks, list | tuple):
        return list(callbacks)
    return list(getattr(callbacks, "callbacks", [callbacks]))


def _with(callbacks: Any, ours: list[Any]) -> Any:
    """Return the callbacks and ours before them; a `CallbackList` of the user's gets them appended, and is returned."""
    if hasattr(callbacks, "append") and not isinstance(callbacks, list):
        for callback in ours:
            callbacks.append(callback)
        return callbacks
    return [*ours, *_listed(callbacks)]


def _is_stopping(callback: Any) -> bool:
    return any(kind.__name__ == "EarlyStopping" for kind in type(callback).__mro__)


def _log_stopping(call: Call, run: ActiveRun, stopping: Any) -> None:
    """Log when a training stopped early, and the metrics of the restored epoch once more at the end."""
    if stopping is None or not stopping.stopped_epoch:
        return
    history = call.result.history
    found = {"stopped_epoch": float(stopping.stopped_epoch)}
    if stopping.restore_best_weights and stopping.best_epoch is not None:
        found["restored_epoch"] = float(stopping.best_epoch)
        last = len(next(iter(history.values()))) if history else 0
        best = {key: float(values[stopping.best_epoch]) for key, values in history.items()}
        run.writer.log_metrics(best, step=last, timestamp=None, synchronous=None)
        call.last_step = last
    run.writer.log_metrics(found, step=None, timestamp=None, synchronous=None)
