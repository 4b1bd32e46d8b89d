"""Checkpoints that are kept as artifacts while a training goes on, and the file that tells their metrics."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.tracking.active import ActiveRun, active_run
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.autolog import Call
from headwater.tracking.client import Client
from headwater.tracking.fluent import flush

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


@contextmanager
def fetch_checkpoint(run_id: str | None, epoch: int | None, global_step: int | None) -> Iterator[Path]:
    """Yield a copy of a checkpoint of a run, by default the last one of the active run.

    Raises `ResourceDoesNotExist` if there is none.
    """
    run = active_run()
    if run_id is None and run is None:
        raise InvalidParameterValue("There is no active run. Give the run_id of the one that kept the checkpoint.")
    flush()
    found = str(run_id or (run and run.info.run_id))
    folder = temporary_folder()
    try:
        client = Client()
        path = _find_checkpoint(client, found, epoch, global_step)
        yield Path(client.download_artifacts(found, path, str(folder)))
    finally:
        shutil.rmtree(folder)


def _find_checkpoint(client: Client, run_id: str, epoch: int | None, global_step: int | None) -> str:
    """Return the path of a checkpoint among the artifacts of a run."""
    if epoch is not None and global_step is not None:
        raise InvalidParameterValue(
            f"Give either the epoch or the global_step, not both '{epoch}' and '{global_step}'."
        )
    if epoch is None and global_step is None:
        latest = client.get_run(run_id).data.tags.get(LATEST_TAG)
        if latest:
            return latest
        raise ResourceDoesNotExist(f"Run '{run_id}' has kept no checkpoint. Train it under autolog(checkpoint=True).")
    place = f"{FOLDER}/epoch_{epoch}" if epoch is not None else f"{FOLDER}/global_step_{global_step}"
    for info in client.list_artifacts(run_id, place):
        if not info.path.endswith(".json"):
            return str(info.path)
    known = ", ".join(sorted(info.path for info in client.list_artifacts(run_id, FOLDER))) or "none"
    raise ResourceDoesNotExist(f"Run '{run_id}' has no checkpoint '{place}'. It has: {known}.")
