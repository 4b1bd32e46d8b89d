"""What `paddle.Model.fit` logs."""

import contextlib
import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.runs import log_new_params, training_run

_SUMMARY = "model_summary.txt"
_STOPPING = ("monitor", "patience", "min_delta", "baseline")


def watch_fit(call: Call) -> Watch:
    """Log params before a training, metrics while it goes on, and the model after it."""
    with training_run(call) as run:
        if run is None:
            yield
            return
        model, given = call.args[0], call.arguments.get("callbacks")
        callbacks = list(given) if isinstance(given, list | tuple) else [given] if given is not None else []
        stopping = next((item for item in callbacks if type(item).__name__ == "EarlyStopping"), None)
        with call.step("params"):
            log_new_params(call, run.writer, {**_find_optimizer(model), **_find_stopping(stopping)})
        with call.step(_SUMMARY):
            _log_summary(run, model)
        with call.step("metrics"):
            call.give("callbacks", [*callbacks, _make_recorder(call, run)])
        yield
        if call.error is None:
            with call.step("early stopping"):
                _log_stopping(run, stopping)
            call.keep_model(run, model)


def _find_optimizer(model: Any) -> dict[str, Any]:
    optimizer = getattr(model, "_optimizer", None)
    if optimizer is None:
        return {}
    return {"optimizer_name": type(optimizer).__name__, "learning_rate": optimizer.get_lr()}


def _find_stopping(stopping: Any) -> dict[str, Any]:
    return {} if stopping is None else {name: getattr(stopping, name) for name in _STOPPING}


def _log_summary(run: ActiveRun, model: Any) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        found = model.summary()
    run.writer.log_bytes((printed.getvalue() or str(found)).encode(), _SUMMARY)


def _log_stopping(run: ActiveRun, stopping: Any) -> None:
    if stopping is not None and stopping.stopped_epoch:
        found = {"stopped_epoch": float(stopping.stopped_epoch), **_measured({"best_value": stopping.best_value})}
        run.writer.log_metrics(found, step=None, timestamp=None, synchronous=None)


def _make_recorder(call: Call, run: ActiveRun) -> Any:
    """Return a callback for one training; none of its methods raises."""
    from paddle.callbacks import Callback

    every = getattr(call.options, "log_every_n_epoch", 1)

    class Recorder(Callback):  # type: ignore[misc] # Paddle has no types
        epoch = 0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 - Paddle gives it
            self.epoch = epoch

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self._log(_measured(logs or {}), epoch)

        def on_eval_end(self, logs: Any = None) -> None:
            self._log({f"eval_{key}": value for key, value in _measured(logs or {}).items()}, self.epoch)

        def _log(self, metrics: dict[str, float], epoch: int) -> None:
            if (epoch + 1) % every == 0:
                with call.step("metrics of an epoch"):
                    call.last_step = epoch
                    run.writer.log_metrics(metrics, step=epoch, timestamp=None, synchronous=None)

    return Recorder()


def _measured(logs: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers among what Paddle measured: a loss is an array of one, a metric may be a list of several."""
    arrays = {key: np.asarray(value) for key, value in logs.items()}
    return {key: float(value.flat[0]) for key, value in arrays.items() if value.size and value.dtype.kind in "fiu"}
