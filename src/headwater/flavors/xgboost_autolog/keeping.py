"""The models that autologging of XGBoost keeps."""

from functools import partial
from typing import Any

from headwater.flavors.boosting.data import recall_rows
from headwater.flavors.sklearn_autolog.training_data import TrainingData
from headwater.flavors.xgboost_files import write_model
from headwater.models.autolog import keep_trained
from headwater.models.flavor import find_flavor
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call


def keep_model(call: Call, run: ActiveRun, model: Any) -> None:
    """Log a trained booster, or a fitted estimator."""
    container = call.arguments.get("dtrain")
    rows = TrainingData.of(call).X if container is None else recall_rows(container)
    write = partial(write_model, getattr(call.options, "model_format", "ubj"))
    keep_trained(call, run, find_flavor("xgboost"), model, write, rows)
