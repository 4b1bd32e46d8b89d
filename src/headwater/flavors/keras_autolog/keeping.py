"""The models that autologging of Keras keeps."""

from functools import partial
from typing import Any

from headwater.flavors.keras_files import write_model
from headwater.models.autolog import keep_trained
from headwater.models.flavor import find_flavor
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call


def keep_model(call: Call, run: ActiveRun, model: Any) -> None:
    """Log a trained model."""
    options: Any = call.options
    write = partial(write_model, options.save_exported_model, options.save_model_kwargs)
    keep_trained(call, run, find_flavor("keras"), model, write, call.arguments.get("x"))
