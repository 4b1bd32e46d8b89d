"""The metrics of classifiers and regressors, one row each: name, which way is better, and how it is computed.

Values are scikit-learn's. What resampling and slices need, the same for many weightings of the rows at once, comes from
`weighings`; a test holds both together.
"""

import inspect
import logging
import warnings
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from headwater.models.measuring import weighings
from headwater.models.measuring.outcome import Outcome
from headwater.protocol.errors import NotSupported

_log = logging.getLogger(__name__)


class Measure(NamedTuple):
    """One metric; without `weighted` it is a count that resampling says nothing of."""

    name: str
    greater_is_better: bool | None
    value: Callable[[Outcome], float]
    weighted: Callable[[weighings.Weighing], Any] | None = None


def _sklearn(name: str) -> Callable[[Outcome], float]:
    """Return a metric of scikit-learn that needs no more than truth, predictions and weights."""

    def compute(outcome: Outcome) -> float:
        from sklearn import metrics

        return float(getattr(metrics, name)(outcome.truth, outcome.predicted, sample_weight=outcome.weights))

    return compute


def _log_loss(outcome: Outcome) -> float:
    from sklearn.metrics import log_loss

    return float(log_loss(outcome.truth, outcome.probabilities, labels=outcome.labels, sample_weight=outcome.weights))


def _roc_auc(outcome: Outcome) -> float:
    from sklearn.metrics import roc_auc_score

    weights = {"sample_weight": outcome.weights}
    chances = outcome.probabilities
    if chances.ndim == 1 or chances.shape[1] == 2:
        return float(roc_auc_score(outcome.truth, chances if chances.ndim == 1 else chances[:, 1], **weights))
    if outcome.multi_class == "ovo":
        return float(roc_auc_score(outcome.truth, chances, average=outcome.average, multi_class="ovo", **weights))
    found = [label for label in range(chances.shape[1]) if 0 < np.sum(outcome.truth == label) < len(outcome.truth)]
    if not found:
        return float("nan")
    truth = outcome.truth[:, None] == np.array(found)
    return float(roc_auc_score(truth, chances[:, found], average=outcome.average, **weights))


def _average_precision(outcome: Outcome) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(outcome.truth, outcome.scores, sample_weight=outcome.weights))


def _sum(outcome: Outcome) -> float:
    return float(outcome.truth.sum() if outcome.weights is None else (outcome.truth * outcome.weights).sum())


_ROWS = (
    Measure("true_negatives", True, lambda outcome: float(outcome.confusion[0, 0])),
    Measure("false_positives", False, lambda outcome: float(outcome.confusion[0, 1])),
    Measure("false_negatives", False, lambda outcome: float(outcome.confusion[1, 0])),
    Measure("true_positives", True, lambda outcome: float(outcome.confusion[1, 1])),
    Measure("example_count", None, lambda outcome: float(len(outcome.truth))),
    Measure("accuracy_score", True, _sklearn("accuracy_score"), weighings.accuracy),
    Measure("recall_score", True, lambda outcome: outcome.support[1], weighings.recall),
    Measure("precision_score", True, lambda outcome: outcome.support[0], weighings.precision),
    Measure("f1_score", True, lambda outcome: outcome.support[2], weighings.f1),
    Measure("log_loss", False, _log_loss, weighings.log_loss),
    Measure("roc_auc", True, _roc_auc, weighings.roc_auc),
    Measure("precision_recall_auc", True, _average_precision, weighings.average_precision),
    Measure("mean_absolute_error", False, _sklearn("mean_absolute_error"), weighings.absolute_error),
    Measure("mean_squared_error", False, _sklearn("mean_squared_error"), weighings.squared_error),
    Measure(
        "root_mean_squared_error",
        False,
        lambda outcome: _sklearn("mean_squared_error")(outcome) ** 0.5,
        weighings.root_squared_error,
    ),
    Measure("sum_on_target", None, _sum),
    Measure(
        "mean_on_target",
        None,
        lambda outcome: float(np.average(outcome.truth, weights=outcome.weights)),
        weighings.mean,
    ),
    Measure("r2_score", True, _sklearn("r2_score"), weighings.r2),
    Measure(
        "max_error",
        False,
        lambda outcome: float(np.max(np.abs(outcome.truth - outcome.predicted))),
        weighings.max_error,
    ),
    Measure(
        "mean_absolute_percentage_error",
        False,
        _sklearn("mean_absolute_percentage_error"),
        weighings.percentage_error,
    ),
)
MEASURES = {row.name: row for row in _ROWS}

_COUNTS = ("true_negatives", "false_positives", "false_negatives", "true_positives")
_LABELS = ("example_count", "accuracy_score", "recall_score", "precision_score", "f1_score")
_REGRESSOR = (
    "example_count",
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "sum_on_target",
    "mean_on_target",
    "r2_score",
    "max_error",
    "mean_absolute_percentage_error",
)


def measures_of(outcome: Outcome) -> list[Measure]:
    """Return the metrics that an outcome has, in their order."""
    if not outcome.names:
        return [MEASURES[name] for name in _REGRESSOR]
    names: tuple[str, ...] = (*_COUNTS, *_LABELS) if outcome.is_binary else _LABELS
    if outcome.probabilities is not None:
        names = (*names, "log_loss", "roc_auc", *(["precision_recall_auc"] if outcome.is_binary else []))
    return [MEASURES[name] for name in names]


def measure(outcome: Outcome, rows: Iterable[Measure] | None = None) -> dict[str, float]:
    """Return the value of each metric; one that is not defined for these rows is left out."""
    require_sklearn()
    found: dict[str, float] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is undefined is left out, which the result says
        for row in measures_of(outcome) if rows is None else rows:
            value = row.value(outcome)
            if np.isfinite(value):
                found[row.name] = value
            else:
                _log.warning("The metric '%s' is not defined for these %d rows.", row.name, len(outcome.truth))
    return found


def measure_classes(outcome: Outcome) -> dict[str, list[Any]]:
    """Return the table of each class against all others, as columns; NaN what is not defined."""
    columns: dict[str, list[Any]] = {"positive_class": list(outcome.names)}
    for number in range(len(outcome.names)):
        one = outcome.of_class(number)
        rows = [row for row in measures_of(one) if row.name != "log_loss"]
        is_certain = not 0 < one.truth.sum() < len(one.truth)
        known = [row for row in rows if not (is_certain and row.name in {"roc_auc", "precision_recall_auc"})]
        values = measure(one, known)
        for row in rows:
            columns.setdefault(row.name, []).append(values.get(row.name, float("nan")))
    return columns


def own_score(estimator: Any, features: Any, truth: Any, weights: Any, known: dict[str, float]) -> float:
    """Return an estimator's own score, without predicting once more where it is a metric that is known already."""
    from sklearn.base import ClassifierMixin, RegressorMixin

    function = inspect.unwrap(type(estimator).score)
    for mixin, name in ((ClassifierMixin, "accuracy_score"), (RegressorMixin, "r2_score")):
        if function is inspect.unwrap(mixin.score) and name in known:
            return known[name]
    takes_weights = "sample_weight" in inspect.signature(estimator.score).parameters
    given = {"sample_weight": weights} if weights is not None and takes_weights else {}
    return float(estimator.score(features, truth, **given))


def require_sklearn() -> None:
    """Raise `NotSupported` with what to install, unless scikit-learn is there."""
    try:
        import sklearn  # noqa: F401 - an optional package
    except ImportError as error:
        raise NotSupported(
            'Metrics are computed with scikit-learn, which is not installed. Run: pip install "headwater[evaluate]"'
        ) from error
