"""Checkpoints that are kept as artifacts while a training goes on, and the file that tells their metrics."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from headwater.tracking.active import ActiveRun
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.autolog import Call

FOLDER = "checkpoints"
LATEST_TAG = "mlflow.latest_checkpoint_artifact"


class Checkpoints:
    """Keeps checkpoints of one training as the options of its call say; `suffix` is that of the files."""

    def __init__(self, call: Call, run: ActiveRun, suffix: str) -> None:
        self._call = call
        self._options: Any = call.options
        self._run = run
        self._suffix = suffix
        self._best: float | None = None

    def is_due(self, step: int | None) -> bool:
        """Return whether one is due after this step, or with None after an epoch."""
        freq = self._options.checkpoint_save_freq
        return bool(self._options.checkpoint) and (
            freq == "epoch" if step is None else freq != "epoch" and step % freq == 0
        )

    def keep(self, epoch: int, step: int, metrics: dict[str, float], save: Callable[[Path], object]) -> None:
        """Keep a checkpoint, unless only the best is wanted and this is none; `save` writes it to a path."""
        options = self._options
        if options.checkpoint_save_best_only and not self._is_better(metrics.get(options.checkpoint_monitor)):
            return
        if options.checkpoint_save_best_only:
            name = f"{FOLDER}/latest_checkpoint"
        elif options.checkpoint_save_freq == "epoch":
            name = f"{FOLDER}/epoch_{epoch}/checkpoint"
        else:
            name = f"{FOLDER}/global_step_{step}/checkpoint"
        folder = temporary_folder()
        file = folder / f"{Path(name).name}{self._suffix}"
        save(file)
        facts = folder / "facts.json"
        facts.write_text(json.dumps({**metrics, "epoch": epoch, "global_step": step}), encoding="utf-8")
        self._run.writer.log_files([(f"{name}{self._suffix}", file), (f"{name}_metrics.json", facts)])
        self._run.writer.set_tags({LATEST_TAG: f"{name}{self._suffix}"}, synchronous=None)

    def _is_better(self, value: float | None) -> bool:
        if value is None:
            name = self._options.checkpoint_monitor
            self._call.tell("No checkpoint: the metric '%s' was not logged. Name one by checkpoint_monitor.", name)
            return False
        if self._best is not None and not (
            value < self._best if self._options.checkpoint_mode == "min" else value > self._best
        ):
            return False
        self._best = value
        return True
