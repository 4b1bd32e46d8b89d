"""Metrics for `extra_metrics` of `headwater.evaluate`: by name, what it computes for classifiers and regressors."""

from headwater.models.evaluation.custom import EvaluationMetric, MetricValue, make_metric
from headwater.models.evaluation.known import (
    f1_score,
    mae,
    mape,
    max_error,
    mse,
    precision_score,
    r2_score,
    recall_score,
    rmse,
)

__all__ = [
    "EvaluationMetric",
    "MetricValue",
    "f1_score",
    "mae",
    "make_metric",
    "mape",
    "max_error",
    "mse",
    "precision_score",
    "r2_score",
    "recall_score",
    "rmse",
]
