"""Plots of how a classifier does on its training data, drawn in the background."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from headwater.flavors.sklearn_autolog.training_data import TrainingData
from headwater.flavors.sklearn_autolog.training_metrics import Predictions
from headwater.models.measuring.outcome import Outcome
from headwater.models.measuring.plots import plot_confusion, plot_precision_recall, plot_roc
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
    outcome = Outcome((truth == positive).astype(int), values, np.column_stack([-marks, marks]), weights)
    named = [(type(estimator).__name__, outcome)]
    _defer(call, run, "training_roc_curve.png", lambda: plot_roc("ROC curve of the training data", named))
    title = "Precision and recall of the training data"
    _defer(call, run, "training_precision_recall_curve.png", lambda: plot_precision_recall(title, named))


def _positive_scores(estimator: Any, data: TrainingData, predictions: Predictions) -> Any:
    if predictions.probabilities is not None:
        return np.array(predictions.probabilities[:, 1])
    return np.array(estimator.decision_function(data.X)) if hasattr(estimator, "decision_function") else None


def _defer(call: Call, run: ActiveRun, name: str, draw: Callable[[], bytes]) -> None:
    defer(call, run, name, lambda: run.writer.log_bytes(draw(), name, synchronous=False))


def _draw_matrix(truth: Any, values: Any, classes: Any, weights: Any) -> bytes:
    from sklearn.metrics import confusion_matrix

    counts = confusion_matrix(truth, values, labels=classes, sample_weight=weights)
    return plot_confusion("Confusion matrix of the training data", counts, [str(name) for name in classes])
