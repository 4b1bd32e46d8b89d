"""The metrics of classifiers and regressors as objects, to be asked for one by one."""

from typing import Any

from headwater.models.evaluation.custom import EvaluationMetric
from headwater.models.measuring.measures import MEASURES, measure
from headwater.models.measuring.outcome import classify, regress


class KnownMetric(EvaluationMetric):
    """A metric of the built-in evaluator, which does not compute it twice."""


def mae() -> EvaluationMetric:
    """Return the mean absolute error.

    Example:
        >>> hw.evaluate(model, test, targets="sales", extra_metrics=[hw.metrics.mae(), hw.metrics.r2_score()])
    """
    return _of_numbers("mean_absolute_error")


def mse() -> EvaluationMetric:
    """Return the mean squared error; see `mae`."""
    return _of_numbers("mean_squared_error")


def rmse() -> EvaluationMetric:
    """Return the square root of the mean squared error; see `mae`."""
    return _of_numbers("root_mean_squared_error")


def r2_score() -> EvaluationMetric:
    """Return the share of the targets' variance that is explained; see `mae`."""
    return _of_numbers("r2_score")


def max_error() -> EvaluationMetric:
    """Return the largest absolute error; see `mae`."""
    return _of_numbers("max_error")


def mape() -> EvaluationMetric:
    """Return the mean absolute error as a share of the targets; see `mae`."""
    return _of_numbers("mean_absolute_percentage_error")


def recall_score() -> EvaluationMetric:
    """Return the share of a class that is found; of more than two classes, their average.

    `pos_label`, `label_list`, `average` and `sample_weights` of `evaluator_config` count here, too.

    Example:
        >>> hw.evaluate(data=test, targets="churned", predictions="said", extra_metrics=[hw.metrics.recall_score()])
    """
    return _of_labels("recall_score")


def precision_score() -> EvaluationMetric:
    """Return the share of a class among what is said to be of it; see `recall_score`."""
    return _of_labels("precision_score")


def f1_score() -> EvaluationMetric:
    """Return the harmonic mean of precision and recall; see `recall_score`."""
    return _of_labels("f1_score")


def _of_numbers(name: str) -> EvaluationMetric:
    def compute(predictions: Any, targets: Any, sample_weights: Any = None) -> float | None:
        return measure(regress(targets, predictions, weights=sample_weights), [MEASURES[name]]).get(name)

    return _make(name, compute)


def _of_labels(name: str) -> EvaluationMetric:
    def compute(
        predictions: Any,
        targets: Any,
        pos_label: Any = None,
        label_list: Any = None,
        average: str = "weighted",
        sample_weights: Any = None,
    ) -> float | None:
        outcome = classify(
            targets, predictions, label_list=label_list, pos_label=pos_label, average=average, weights=sample_weights
        )
        return measure(outcome, [MEASURES[name]]).get(name)

    return _make(name, compute)


def _make(name: str, compute: Any) -> EvaluationMetric:
    return KnownMetric(compute, name, bool(MEASURES[name].greater_is_better))
