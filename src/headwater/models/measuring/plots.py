"""The plots of how a model does, as PNG files: from an outcome to a picture, with what each needs to be read."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from headwater.models.drawing import Line, draw_lines, draw_matrix, draw_points
from headwater.models.drawing.sheet import make_axis
from headwater.models.measuring.outcome import Outcome

_BINS = 10
_CHANCE = Line("Chance", (0, 1), (0, 1), dashed=True)

Named = Sequence[tuple[str, Outcome]]
"""Outcomes that are drawn into one plot, each with its name."""


def plot_confusion(title: str, counts: Any, names: Sequence[str]) -> bytes:
    """Return the confusion matrix."""
    return draw_matrix(title, "Predicted label", "True label", counts, names)


def plot_roc(title: str, outcomes: Named) -> bytes:
    """Return a ROC curve for each binary outcome; those with one class only are left out."""
    from sklearn.metrics import auc, roc_curve

    lines = []
    for name, outcome in _with_both(outcomes):
        false_rate, true_rate, _ = roc_curve(outcome.truth, outcome.scores, sample_weight=outcome.weights)
        area = auc(false_rate, true_rate)
        lines.append(Line(name, false_rate, true_rate, note=f"AUC {area:.3f}"))
    return draw_lines(title, "False positive rate", "True positive rate", [*lines, _CHANCE])


def plot_precision_recall(title: str, outcomes: Named) -> bytes:
    """Return a precision-recall curve for each binary outcome."""
    from sklearn.metrics import average_precision_score, precision_recall_curve

    lines = []
    for name, outcome in _with_both(outcomes):
        weights = outcome.weights
        precision, recall, _ = precision_recall_curve(outcome.truth, outcome.scores, sample_weight=weights)
        mean = average_precision_score(outcome.truth, outcome.scores, sample_weight=weights)
        steps = (np.repeat(recall, 2)[1:], np.repeat(precision, 2)[:-1])
        lines.append(Line(name, *steps, note=f"AP {mean:.3f}"))
    if len(lines) == 1:
        share = float(np.average(outcomes[0][1].truth, weights=outcomes[0][1].weights))
        lines.append(Line("Chance", (0, 1), (share, share), dashed=True))
    return draw_lines(title, "Recall", "Precision", lines)


def plot_lift(title: str, outcomes: Named) -> bytes:
    """Return how many times more positive rows than by chance are among the first, ordered by probability."""
    lines = []
    for name, outcome in _with_both(outcomes):
        order = np.argsort(-outcome.scores, kind="stable")
        weights = np.ones(len(order)) if outcome.weights is None else outcome.weights[order]
        share = np.cumsum(weights) / weights.sum()
        positive = outcome.truth[order] * weights
        found = np.cumsum(positive) / positive.sum()
        ends = np.append(np.flatnonzero(np.diff(outcome.scores[order])), len(order) - 1)  # rows that tie come together
        lift = found[ends] / share[ends]
        lines.append(Line(name, np.append(0.0, share[ends]), np.append(lift[:1], lift)))
    tops = [float(line.y.max()) for line in lines]
    lines.append(Line("Chance", (0, 1), (1, 1), dashed=True))
    axis = make_axis(0.0, max([*tops, 1.0]))
    return draw_lines(title, "Share of rows, the most likely first", "Lift", lines, y_axis=axis)


def plot_calibration(title: str, outcomes: Named) -> bytes:
    """Return how often what was said to be likely is true."""
    lines = []
    for name, outcome in outcomes:
        weights = np.ones(len(outcome.truth)) if outcome.weights is None else outcome.weights
        bins = np.minimum((outcome.scores * _BINS).astype(int), _BINS - 1)
        sums = [
            np.bincount(bins, weights=weights * what, minlength=_BINS) for what in (1.0, outcome.scores, outcome.truth)
        ]
        filled = sums[0] > 0
        said, true = sums[1][filled] / sums[0][filled], sums[2][filled] / sums[0][filled]
        brier = float(np.average((outcome.scores - outcome.truth) ** 2, weights=weights))
        lines.append(Line(name, said, true, note=f"Brier score {brier:.3f}", dots=True))
    lines.append(Line("Perfect", (0, 1), (0, 1), dashed=True))
    return draw_lines(title, "Mean predicted probability", "Share of positive rows", lines)


def plot_residuals(title: str, outcome: Outcome) -> bytes:
    """Return how far each prediction is off, over the prediction."""
    residuals = outcome.truth - outcome.predicted
    note = f"{len(residuals):,} rows"
    return draw_points(
        title, "Predicted", "Actual - predicted", outcome.predicted, residuals, reference="zero", note=note
    )


def plot_predictions(title: str, outcome: Outcome) -> bytes:
    """Return each prediction over the truth."""
    note = f"{len(outcome.truth):,} rows"
    return draw_points(title, "Actual", "Predicted", outcome.truth, outcome.predicted, reference="diagonal", note=note)


def _with_both(outcomes: Named) -> Named:
    """Return the outcomes in which both classes occur."""
    return [(name, outcome) for name, outcome in outcomes if 0 < outcome.truth.sum() < len(outcome.truth)]
