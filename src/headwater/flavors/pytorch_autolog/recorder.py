"""A callback of Lightning that logs a training as it goes on."""

from importlib import import_module
from typing import Any

from headwater.flavors.checkpoints import Checkpoints
from headwater.flavors.pytorch_autolog.keeping import remember_batch
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call
from headwater.tracking.autolog.runs import log_new_params

_SUMMARY = "model_summary.txt"
_STOPPING = ("monitor", "mode", "patience", "min_delta", "stopped_epoch")


def make_recorder(call: Call, run: ActiveRun, trainer: Any) -> Any:
    """Return a callback for a trainer, of the package that the trainer is of."""
    home = next(kind for kind in type(trainer).__mro__ if kind.__module__.endswith(".trainer.trainer")).__module__
    root = home.removesuffix(".trainer.trainer")
    callback: type[Any] = import_module(f"{root}.callbacks").Callback
    summary = import_module(f"{root}.utilities.model_summary").ModelSummary
    progress = _Progress(call, run)

    class Recorder(callback):  # type: ignore[misc] # Lightning has no types
        def on_train_start(self, trainer: Any, pl_module: Any) -> None:
            with call.step("params"):
                log_new_params(call, run.writer, _find_params(trainer))
            with call.step("tags"):
                run.writer.set_tags({"Mode": "training"}, synchronous=None)
            with call.step(_SUMMARY):
                run.writer.log_bytes(str(summary(pl_module, max_depth=-1)).encode(), _SUMMARY)

        def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:  # noqa: ARG002
            progress.see_batch(trainer, batch)

        def on_train_batch_end(self, trainer: Any, *_args: Any) -> None:
            progress.end_step(trainer)

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
            progress.end_epoch(trainer)

    return Recorder()


class _Progress:
    """Logs what a trainer has measured; none of its methods raises."""

    def __init__(self, call: Call, run: ActiveRun) -> None:
        self._call = call
        self._options: Any = call.options
        self._run = run
        self._checkpoints = Checkpoints(call, run, ".pth")
        self._has_batch = False

    def see_batch(self, trainer: Any, batch: Any) -> None:
        if not self._has_batch:
            self._has_batch = True
            with self._call.step("input of the module"):
                remember_batch(trainer, batch)

    def end_step(self, trainer: Any) -> None:
        step = trainer.global_step
        every = self._options.log_every_n_step
        if every and step % every == 0:
            with self._call.step("metrics of a step"):
                self._log(trainer, step)
        if self._checkpoints.is_due(step):
            self._keep(trainer)

    def end_epoch(self, trainer: Any) -> None:
        epoch = trainer.current_epoch
        if (epoch + 1) % self._options.log_every_n_epoch == 0 and not self._options.log_every_n_step:
            with self._call.step("metrics of an epoch"):
                self._log(trainer, epoch)
        if self._checkpoints.is_due(None):
            self._keep(trainer)

    def _log(self, trainer: Any, step: int) -> None:
        self._call.last_step = step
        self._run.writer.log_metrics(_measured(trainer), step=step, timestamp=None, synchronous=None)

    def _keep(self, trainer: Any) -> None:
        weights_only = self._options.checkpoint_save_weights_only
        with self._call.step("checkpoint"):
            self._checkpoints.keep(
                trainer.current_epoch,
                trainer.global_step,
                _measured(trainer),
                lambda path: trainer.save_checkpoint(path, weights_only=weights_only),
            )


def _measured(trainer: Any) -> dict[str, float]:
    return {key: float(value) for key, value in trainer.callback_metrics.items()}


def _find_params(trainer: Any) -> dict[str, Any]:
    """Return the params of a trainer, its first optimizer and its early stopping."""
    params: dict[str, Any] = {"epochs": trainer.max_epochs}
    if trainer.optimizers:
        optimizer = getattr(trainer.optimizers[0], "optimizer", trainer.optimizers[0])
        params["optimizer_name"] = type(optimizer).__name__
        params.update(getattr(optimizer, "defaults", {}))
    stopping = trainer.early_stopping_callback
    if stopping is not None:
        params.update({name: getattr(stopping, name) for name in _STOPPING})
    return params
