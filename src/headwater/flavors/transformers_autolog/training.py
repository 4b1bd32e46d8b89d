"""What a training and an evaluation by a trainer of Transformers log."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from headwater.tracking.active import ActiveRun, active_run
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.memory import Memory
from headwater.tracking.autolog.runs import log_new_params, training_run

_RUNS = Memory()
"""The runs of trainers' last trainings."""

_TOLD = (
    *("num_train_epochs", "max_steps", "per_device_train_batch_size", "gradient_accumulation_steps"),
    *("learning_rate", "lr_scheduler_type", "optim", "weight_decay", "seed"),
)
"""The arguments that say what a training is; others are logged if they are not as by default."""


def watch_train(call: Call) -> Watch:
    """Log params before a training, and metrics while it goes on."""
    trainer = call.args[0]
    if not trainer.is_world_process_zero() or _logs_itself(trainer):
        yield
        return
    with training_run(call) as run:
        if run is None:
            yield
            return
        _RUNS.remember(trainer, run)
        with call.step("params"):
            log_new_params(call, run.writer, _find_params(trainer))
        recorder = _make_recorder(call, run)
        trainer.add_callback(recorder)
        try:
            yield
        finally:
            trainer.remove_callback(recorder)


def watch_evaluate(call: Call) -> Watch:
    """Log the metrics of an evaluation: to the active run, else to that of the trainer's last training."""
    yield
    trainer = call.args[0]
    mine = None if call.options.exclusive else active_run()
    run: ActiveRun | None = mine or _RUNS.recall(trainer)
    if run is not None and call.error is None and trainer.is_world_process_zero() and not _logs_itself(trainer):
        _log(run, call.result, trainer.state.global_step)


def _make_recorder(call: Call, run: ActiveRun) -> Any:
    """Return a callback for one training."""
    from transformers import TrainerCallback

    class Recorder(TrainerCallback):  # type: ignore[misc] # Transformers is not installed where types are checked
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_others: Any) -> None:  # noqa: ARG002
            with call.step("metrics"):
                _log(run, logs or {}, state.global_step)

    return Recorder()


def _log(run: ActiveRun, values: Mapping[str, Any], step: int) -> None:
    found = {name: float(value) for name, value in values.items() if isinstance(value, int | float)}
    run.writer.log_metrics(found, step=step, timestamp=None, synchronous=None)


def _find_params(trainer: Any) -> dict[str, Any]:
    given = trainer.args.to_dict()  # which has no tokens in it
    usual = {item.name: item.default for item in fields(trainer.args) if item.default is not MISSING}
    found = {
        name: value
        for name, value in given.items()
        if isinstance(value, bool | int | float | str)
        and (name in _TOLD or str(value) != str(getattr(usual.get(name), "value", usual.get(name))))
    }
    return {"model_class": type(trainer.model).__name__, **found}


def _logs_itself(trainer: Any) -> bool:
    """Return whether Transformers' own callback logs this training, by way of `mlflow` or what stands in for it."""
    return any(type(callback).__name__ == "MLflowCallback" for callback in trainer.callback_handler.callbacks)
