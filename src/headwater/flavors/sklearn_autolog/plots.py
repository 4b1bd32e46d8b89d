"""Plots of how a classifier does on its training data, drawn in the background."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from headwater.flavors.drawing import Line, draw_lines, draw_matrix
from headwater.flavors.sklearn_autolog.training_data import TrainingData
from headwater.flavors.sklearn_autolog.training_metrics import Predictions
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call
from headwater.tracking.autolog.runs import defer


def defer_plots(call: Call, run: ActiveRun, estimator: Any, data: TrainingData, predictions: Predictions) -> None:
    """Draw the confusion matrix, and for two classes the ROC and precision-recall curves; the run ends after that.

    Everything is copied first: what the user does to the data afterwards does not change the plots.
    """
    from sklearn.base import is_classifier

    if predictions.values is None or not is_classifier(estimator) or find_spec("PIL") is None:
        return
    truth = np.array(data.y)
    if truth.ndim == 2 and truth.shape[1] == 1:
        truth = truth[:, 0]
    if truth.ndim != 1:
        return  # several outputs have no one matrix
    classes = np.array(getattr(estimator, "classes_", np.unique(truth)))
    values = np.array(predictions.values).reshape(truth.shape)
    weights = None if data.sample_weight is None else np.array(data.sample_weight)
    _defer(call, run, "training_confusion_matrix.png", lambda: _draw_matrix(truth, values, classes, weights))
    scores = _positive_scores(estimator, data, predictions) if len(classes) == 2 else None
    if scores is None:
        return
    label = getattr(call.options, "pos_label", None)
    positive, marks = (classes[0], -scores) if label is not None and label == classes[0] else (classes[1], scores)
    name = type(estimator).__name__
    is_positive = truth == positive
    _defer(call, run, "training_roc_curve.png", lambda: _draw_roc(is_positive, marks, weights, name))
    _defer(call, run, "training_precision_recall_curve.png", lambda: _draw_precision(is_positive, marks, weights, name))


def _positive_scores(estimator: Any, data: TrainingData, predictions: Predictions) -> Any:
    if predictions.probabilities is not None:
        return np.array(predictions.probabilities[:, 1])
    return np.array(estimator.decision_function(data.X)) if hasattr(estimator, "decision_function") else None


def _defer(call: Call, run: ActiveRun, name: str, draw: Callable[[], bytes]) -> None:
    defer(call, run, name, lambda: run.writer.log_bytes(draw(), name, synchronous=False))


def _draw_matrix(truth: Any, values: Any, classes: Any, weights: Any) -> bytes:
    from sklearn.metrics import confusion_matrix

    counts = confusion_matrix(truth, values, labels=classes, sample_weight=weights)
    title = "Confusion matrix of the training data"
    return draw_matrix(title, "Predicted label", "True label", counts, [str(name) for name in classes])


def _draw_roc(truth: Any, scores: Any, weights: Any, name: str) -> bytes:
    from sklearn.metrics import auc, roc_curve

    false_rate, true_rate, _ = roc_curve(truth, scores, sample_weight=weights)
    curve = Line(f"{name} (AUC = {auc(false_rate, true_rate):.3f})", false_rate, true_rate)
    chance = Line("Chance", (0, 1), (0, 1), dashed=True)
    title = "ROC curve of the training data"
    return draw_lines(title, "False positive rate", "True positive rate", (curve, chance))


def _draw_precision(truth: Any, scores: Any, weights: Any, name: str) -> bytes:
    from sklearn.metrics import average_precision_score, precision_recall_curve

    precision, recall, _ = precision_recall_curve(truth, scores, sample_weight=weights)
    mean = average_precision_score(truth, scores, sample_weight=weights)
    steps = Line(f"{name} (AP = {mean:.3f})", np.repeat(recall, 2)[1:], np.repeat(precision, 2)[:-1])
    return draw_lines("Precision and recall of the training data", "Recall", "Precision", (steps,))
