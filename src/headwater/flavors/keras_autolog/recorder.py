"""A callback of Keras that logs a training as it goes on."""

from collections.abc import Mapping
from typing import Any

from headwater.flavors.checkpoints import Checkpoints
from headwater.tracking.active import ActiveRun, require_run
from headwater.tracking.autolog import Call
from headwater.tracking.autolog.runs import log_new_params

_SUMMARY = "model_summary.txt"


def make_recorder(call: Call, run: ActiveRun | None) -> Any:
    """Return a callback for one training; without a run it logs to the active one, else to a new one."""
    from keras.callbacks import Callback

    class Recorder(Callback):  # type: ignore[misc] # Keras has no types
        is_recorder = True

        def __init__(self) -> None:
            super().__init__()
            self._progress: _Progress | None = None

        @property
        def progress(self) -> "_Progress":
            self._progress = self._progress or _Progress(call, run or require_run())
            return self._progress

        def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 - Keras gives it
            self._progress = None
            self.progress.begin(self.model, with_params=run is None)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.progress.end_step(self.model, logs or {})

        def on_test_end(self, logs: Any = None) -> None:
            self.progress.end_validation(logs or {})

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.progress.epoch = epoch

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.progress.end_epoch(self.model, epoch, logs or {})

    return Recorder()


def find_optimizer(call: Call, model: Any) -> dict[str, Any]:
    """Return the settings of a model's optimizer as params."""
    prefix = getattr(call.options, "optimizer_prefix", "optimizer")
    optimizer = getattr(model, "optimizer", None)
    config = {} if optimizer is None else optimizer.get_config()
    return {f"{prefix}_{key}": value for key, value in config.items()}


class _Progress:
    """Logs what a model has measured; none of its methods raises."""

    def __init__(self, call: Call, run: ActiveRun) -> None:
        self._call = call
        self._options: Any = call.options
        self._run = run
        options: Any = call.options
        suffix = ".weights.h5" if options.checkpoint_save_weights_only else options.checkpoint_suffix
        self._checkpoints = Checkpoints(call, run, suffix)
        self.epoch = 0
        self._steps = 0

    def begin(self, model: Any, *, with_params: bool) -> None:
        if with_params:
            with self._call.step("params"):
                log_new_params(self._call, self._run.writer, find_optimizer(self._call, model))
        with self._call.step(_SUMMARY):
            lines: list[str] = []
            model.summary(print_fn=lambda line, **_options: lines.append(line))
            self._run.writer.log_bytes("\n".join(lines).encode(), _SUMMARY)

    def end_step(self, model: Any, logs: Mapping[str, Any]) -> None:
        self._steps += 1
        every = self._options.log_every_n_steps
        if every and self._steps % every == 0:
            with self._call.step("metrics of a step"):
                self._log(logs, self._steps)
        if self._checkpoints.is_due(self._steps):
            self._keep(model, logs)

    def end_validation(self, logs: Mapping[str, Any]) -> None:
        with self._call.step("metrics of a validation"):
            self._log({f"validation_{name}": value for name, value in logs.items()}, self.epoch)

    def end_epoch(self, model: Any, epoch: int, logs: Mapping[str, Any]) -> None:
        if self._options.log_every_epoch and not self._options.log_every_n_steps:
            with self._call.step("metrics of an epoch"):
                self._log(logs, epoch)
        if self._checkpoints.is_due(None):
            self._keep(model, logs)

    def _log(self, logs: Mapping[str, Any], step: int) -> None:
        self._call.last_step = step
        self._run.writer.log_metrics(_measured(logs), step=step, timestamp=None, synchronous=None)

    def _keep(self, model: Any, logs: Mapping[str, Any]) -> None:
        save = model.save_weights if self._options.checkpoint_save_weights_only else model.save
        with self._call.step("checkpoint"):
            self._checkpoints.keep(self.epoch, self._steps, _measured(logs), save)


def _measured(logs: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in logs.items()}
