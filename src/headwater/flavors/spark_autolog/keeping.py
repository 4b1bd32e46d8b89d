"""The models that autologging of Spark ML keeps: what was fitted, and the best one of a search."""

from functools import partial
from typing import Any

from headwater.flavors.spark_autolog.training_data import take_plain_rows
from headwater.flavors.spark_files import as_pipeline, write_model
from headwater.models.autolog import keep_trained
from headwater.models.flavor import find_flavor
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call


def keep_model(call: Call, run: ActiveRun, model: Any) -> None:
    """Log a fitted model as `model`, and the best one of a search also as `best_model`."""
    options: Any = call.options
    best = getattr(model, "bestModel", None)
    found = model if best is None else best
    if not options.allows(f"{type(found).__module__}.{type(found).__name__}"):
        call.tell("No model: '%s' is not in log_model_allowlist.", type(found).__name__)
        return
    wants_rows = options.log_model_signatures or options.log_input_examples
    rows = take_plain_rows(call.arguments["dataset"], found) if wants_rows else None
    for name in ("model",) if best is None else ("model", "best_model"):
        write = partial(write_model, None)
        keep_trained(call, run, find_flavor("spark"), as_pipeline(found), write, rows, name=name)
