"""The models that autologging keeps: the fitted estimator, and the best one of a search."""

from functools import partial
from typing import Any

from headwater.flavors.sklearn_autolog.searches import is_search
from headwater.flavors.sklearn_autolog.training_data import TrainingData
from headwater.models.autolog import keep_trained
from headwater.models.flavor import find_flavor
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call


def keep_estimator(call: Call, run: ActiveRun, estimator: Any) -> None:
    """Log a fitted estimator as `model`, and the best one of a search as `best_estimator`."""
    from headwater.flavors.sklearn import write_estimator  # which imports this package

    write = partial(write_estimator, getattr(call.options, "serialization_format", None), None, "predict")
    flavor, data = find_flavor("sklearn"), TrainingData.of(call).X
    keep_trained(call, run, flavor, estimator, write, data)
    best = getattr(estimator, "best_estimator_", None) if is_search(estimator) else None
    if best is not None:
        keep_trained(call, run, flavor, best, write, data, name="best_estimator")
