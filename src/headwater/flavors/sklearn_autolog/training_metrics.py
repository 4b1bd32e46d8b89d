"""The metrics of an estimator on the data that it was fitted on."""

from dataclasses import dataclass
from typing import Any

from headwater.flavors.sklearn_autolog.training_data import TrainingData
from headwater.models.measuring.measures import MEASURES, own_score
from headwater.models.measuring.outcome import Outcome
from headwater.tracking.autolog import Call

PREFIX = "training_"

_OF_LABELS = ("precision_score", "recall_score", "f1_score", "accuracy_score")
_OF_PROBABILITIES = ("log_loss", "roc_auc")
_OF_NUMBERS = ("mean_squared_error", "mean_absolute_error", "r2_score", "root_mean_squared_error")


@dataclass(frozen=True)
class Predictions:
    """What a fitted classifier or regressor says of its training data; None what it cannot say."""

    values: Any = None
    probabilities: Any = None


def predict(estimator: Any, data: TrainingData) -> Predictions:
    """Return the predictions that metrics and plots need."""
    from sklearn.base import is_classifier, is_regressor

    if not (is_classifier(estimator) or is_regressor(estimator)) or not hasattr(estimator, "predict"):
        return Predictions()
    values = estimator.predict(data.X)
    if is_classifier(estimator) and hasattr(estimator, "predict_proba"):
        return Predictions(values, estimator.predict_proba(data.X))
    return Predictions(values)


def training_metrics(call: Call, estimator: Any, data: TrainingData, predictions: Predictions) -> dict[str, float]:
    """Return metrics by name; one that cannot be computed is left out, with a warning."""
    from sklearn.base import is_classifier, is_regressor

    found: dict[str, float] = {}
    if predictions.values is not None and is_classifier(estimator):
        _add_classification(call, estimator, data, predictions, found)
    elif predictions.values is not None and is_regressor(estimator):
        _add_regression(call, data, predictions, found)
    if hasattr(estimator, "score"):
        with call.step("training_score"):
            known = {name.removeprefix(PREFIX): value for name, value in found.items()}
            found[f"{PREFIX}score"] = own_score(estimator, data.X, data.y, data.sample_weight, known)
    return found


def _add_classification(
    call: Call, estimator: Any, data: TrainingData, predictions: Predictions, found: dict[str, float]
) -> None:
    outcome = Outcome(
        data.y,
        predictions.values,
        predictions.probabilities,
        data.sample_weight,
        labels=getattr(estimator, "classes_", None),
        pos_label=getattr(call.options, "pos_label", None),
        multi_class="ovo",
    )
    names = _OF_LABELS if predictions.probabilities is None else (*_OF_LABELS, *_OF_PROBABILITIES)
    _add(call, names, outcome, found)


def _add_regression(call: Call, data: TrainingData, predictions: Predictions, found: dict[str, float]) -> None:
    _add(call, _OF_NUMBERS, Outcome(data.y, predictions.values, weights=data.sample_weight), found)


def _add(call: Call, names: tuple[str, ...], outcome: Outcome, found: dict[str, float]) -> None:
    for name in names:
        with call.step(f"{PREFIX}{name}"):
            found[f"{PREFIX}{name}"] = MEASURES[name].value(outcome)
