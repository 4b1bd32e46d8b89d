"""Checkpoints that autologging of PyTorch has kept, as modules again."""

import inspect
from collections.abc import Mapping
from typing import Any

from headwater.flavors.checkpoints import fetch_checkpoint


def load_checkpoint(
    model_class: Any,
    run_id: str | None = None,
    epoch: int | None = None,
    global_step: int | None = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Any:
    """Return the module of a checkpoint that autologging has kept with a run.

    Args:
        model_class: the `LightningModule` whose `load_from_checkpoint` reads it.
        run_id: default: the active run.
        epoch: of which epoch, for `checkpoint_save_freq="epoch"`; default: the last one that was kept.
        global_step: of which step, for a number of steps.
        kwargs: arguments for `load_from_checkpoint`.

    Lightning from 2.6 reads a checkpoint with `weights_only`, which runs no code, if you do not say otherwise. Raises
    `ResourceDoesNotExist` if the run has no such checkpoint.

    Example:
        >>> hw.pytorch.load_checkpoint(Net, run.info.run_id, epoch=3)
    """
    load = model_class.load_from_checkpoint
    safe = {"weights_only": True} if "weights_only" in inspect.signature(load).parameters else {}  # Lightning 2.6
    with fetch_checkpoint(run_id, epoch, global_step) as path:
        return load(str(path), **{**safe, **(kwargs or {})})
