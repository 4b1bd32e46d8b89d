"""The metrics of an estimator on the data that it was fitted on."""

import inspect
from dataclasses import dataclass
from typing import Any

from headwater.flavors.sklearn_autolog.training_data import TrainingData
from headwater.tracking.autolog import Call

PREFIX = "training_"


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
            found[f"{PREFIX}score"] = _score(estimator, data, found)
    return found


def _add_classification(
    call: Call, estimator: Any, data: TrainingData, predictions: Predictions, found: dict[str, float]
) -> None:
    from sklearn import metrics

    weights = {"sample_weight": data.sample_weight}
    pos_label = getattr(call.options, "pos_label", None)
    average = {"average": "weighted"} if pos_label is None else {"average": "binary", "pos_label": pos_label}
    with call.step("training precision, recall and F1"):
        scores = metrics.precision_recall_fscore_support(
            data.y, predictions.values, zero_division=0, **average, **weights
        )
        for name, score in zip(("precision", "recall", "f1"), scores, strict=False):
            found[f"{PREFIX}{name}_score"] = float(score)
    with call.step("training_accuracy_score"):
        found[f"{PREFIX}accuracy_score"] = float(metrics.accuracy_score(data.y, predictions.values, **weights))
    if predictions.probabilities is None:
        return
    with call.step("training_log_loss"):
        labels = getattr(estimator, "classes_", None)
        found[f"{PREFIX}log_loss"] = float(
            metrics.log_loss(data.y, predictions.probabilities, labels=labels, **weights)
        )
    with call.step("training_roc_auc"):
        chances = predictions.probabilities
        chances = chances[:, 1] if chances.ndim == 2 and chances.shape[1] == 2 else chances
        found[f"{PREFIX}roc_auc"] = float(
            metrics.roc_auc_score(data.y, chances, average="weighted", multi_class="ovo", **weights)
        )


def _add_regression(call: Call, data: TrainingData, predictions: Predictions, found: dict[str, float]) -> None:
    from sklearn import metrics

    weights = {"sample_weight": data.sample_weight}
    for name in ("mean_squared_error", "mean_absolute_error", "r2_score"):
        with call.step(f"{PREFIX}{name}"):
            found[f"{PREFIX}{name}"] = float(getattr(metrics, name)(data.y, predictions.values, **weights))
    if (squared := found.get(f"{PREFIX}mean_squared_error")) is not None:
        found[f"{PREFIX}root_mean_squared_error"] = squared**0.5


def _score(estimator: Any, data: TrainingData, found: dict[str, float]) -> float:
    """Return the estimator's own score, without predicting once more where it is a metric that is known already."""
    from sklearn.base import ClassifierMixin, RegressorMixin

    function = inspect.unwrap(type(estimator).score)
    for mixin, name in ((ClassifierMixin, "accuracy_score"), (RegressorMixin, "r2_score")):
        if function is inspect.unwrap(mixin.score) and f"{PREFIX}{name}" in found:
            return found[f"{PREFIX}{name}"]
    weights = {}
    if data.sample_weight is not None and "sample_weight" in inspect.signature(estimator.score).parameters:
        weights["sample_weight"] = data.sample_weight
    return float(estimator.score(data.X, data.y, **weights))
