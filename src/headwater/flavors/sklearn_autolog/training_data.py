"""The data that an estimator was fitted on, found among the arguments of the call."""

from dataclasses import dataclass
from typing import Any

from headwater.tracking.autolog import Call


@dataclass(frozen=True)
class TrainingData:
    """Features, labels and weights as the user gave them; None what was not given."""

    X: Any
    y: Any = None
    sample_weight: Any = None

    @classmethod
    def of(cls, call: Call) -> "TrainingData":
        """Return the training data of a fit."""
        given = {name: value for name, value in call.arguments.items() if name != "self"}
        given.update(given.pop("fit_params", None) or {})
        given.update(given.pop("params", None) or {})
        features = next(iter(given.values()), None)
        labels = given.get("y", given.get("Y"))
        return cls(features, labels, given.get("sample_weight"))
