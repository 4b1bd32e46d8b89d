"""What `Trainer.fit` and `Trainer.test` log."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from headwater.flavors.pytorch_autolog.loaders import describe_loaders
from headwater.flavors.pytorch_autolog.recorder import make_recorder
from headwater.tracking.active import ActiveRun, active_run
from headwater.tracking.autolog import Call, Hook, Watch
from headwater.tracking.autolog.memory import Memory
from headwater.tracking.autolog.runs import training_run

_RUNS = Memory()
"""The runs of trainers' last fits."""


def trainer_hooks(module: ModuleType) -> Iterator[Hook]:
    """Yield the hooks of the class `Trainer` that a module defines."""
    for name, watcher in (("fit", watch_fit), ("test", watch_test)):
        yield Hook(module.Trainer, name, watcher)


def watch_fit(call: Call) -> Watch:
    """Log params before a training, metrics and checkpoints while it goes on, and the module after it."""
    trainer = call.args[0]
    if not _is_here(trainer):
        yield
        return
    with training_run(call) as run:
        if run is None:
            yield
            return
        with call.step("datasets"):
            if call.options.log_datasets:
                run.writer.log_inputs(describe_loaders(call.arguments), (), synchronous=None)
        recorder = make_recorder(call, run, trainer)
        trainer.callbacks.insert(0, recorder)
        try:
            yield
        finally:
            trainer.callbacks.remove(recorder)
        _RUNS.remember(trainer, run)
        if call.error is None:
            with call.step("early stopping"):
                _log_stopping(run, trainer)
            call.keep_model(run, trainer.lightning_module)


def watch_test(call: Call) -> Watch:
    """Log the metrics of a test: to the active run, else to that of the trainer's last fit, else to a new one."""
    trainer = call.args[0]
    if not _is_here(trainer):
        yield
        return
    known: ActiveRun | None = _RUNS.recall(trainer)
    if known is not None and active_run() is None:
        yield
        _log_test(call, known, trainer)
        return
    with training_run(call) as run:
        yield
        if run is not None:
            _log_test(call, run, trainer)


def _is_here(trainer: Any) -> bool:
    """Return whether this is the first process of a training, and trains itself.

    A launcher of processes pickles the trainer, which must not hold anything of ours.
    """
    launcher = getattr(trainer.strategy, "launcher", None)
    starts_others = any("MultiProcessing" in kind.__name__ for kind in type(launcher).__mro__)
    return bool(trainer.is_global_zero) and not starts_others


def _log_test(call: Call, run: ActiveRun, trainer: Any) -> None:
    if call.error is None:
        run.writer.set_tags({"Mode": "testing"}, synchronous=None)
        metrics = {key: float(value) for key, value in trainer.callback_metrics.items()}
        run.writer.log_metrics(metrics, step=None, timestamp=None, synchronous=None)


def _log_stopping(run: ActiveRun, trainer: Any) -> None:
    """Log when a training stopped early, and the best checkpoint that Lightning itself has kept."""
    stopping = trainer.early_stopping_callback
    if stopping is None or not stopping.stopped_epoch:
        return
    metrics = {
        "stopped_epoch": float(stopping.stopped_epoch),
        "restored_epoch": float(stopping.stopped_epoch - max(1, stopping.patience)),
        "best_score": float(stopping.best_score),
        "wait_count": float(stopping.wait_count),
    }
    run.writer.log_metrics(metrics, step=None, timestamp=None, synchronous=None)
    kept = trainer.checkpoint_callback
    best = Path(getattr(kept, "best_model_path", "") or "")
    if best.is_file():
        run.writer.log_files([(f"restored_model_checkpoint/{best.name}", best)])
