"""The models that autologging of PaddlePaddle keeps."""

from functools import partial
from typing import Any

from headwater.flavors.paddle_files import write_model
from headwater.models.autolog import keep_trained
from headwater.models.flavor import find_flavor
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call


def keep_model(call: Call, run: ActiveRun, model: Any) -> None:
    """Log a trained model as a program."""
    write = partial(write_model, False, None, None)
    keep_trained(call, run, find_flavor("paddle"), model, write, None)
