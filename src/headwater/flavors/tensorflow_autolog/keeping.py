"""The models that autologging of TensorFlow keeps."""

from functools import partial
from typing import Any

from headwater.flavors.tensorflow_files import write_model
from headwater.models.autolog import keep_trained
from headwater.models.flavor import find_flavor
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call


def keep_model(call: Call, run: ActiveRun, model: Any) -> None:
    """Log a trained model."""
    options: Any = call.options
    write = partial(write_model, None, options.saved_model_kwargs, options.keras_model_kwargs)
    keep_trained(call, run, find_flavor("tensorflow"), model, write, call.arguments.get("x"))
