"""The models that autologging of PyTorch keeps, and the rows that tell their signature."""

from functools import partial
from typing import Any

from headwater.flavors.pytorch_files import write_module
from headwater.models.autolog import EXAMPLE_ROWS, keep_trained
from headwater.models.flavor import find_flavor
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call
from headwater.tracking.autolog.memory import Memory

FIRST_ROWS = Memory()
"""The first rows that a trainer's module was given."""


def keep_module(call: Call, run: ActiveRun, module: Any) -> None:
    """Log a trained module."""
    write = partial(write_module, "pickle", None, None)
    keep_trained(call, run, find_flavor("pytorch"), module, write, FIRST_ROWS.recall(call.args[0]))


def remember_batch(trainer: Any, batch: Any) -> None:
    """Remember the first rows of a batch that is a tensor, or begins with one."""
    features = batch[0] if isinstance(batch, list | tuple) and batch else batch
    if hasattr(features, "detach"):
        FIRST_ROWS.remember(trainer, features[:EXAMPLE_ROWS].detach().cpu().clone().numpy())
