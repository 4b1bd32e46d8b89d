"""Evaluation: how well a model does on data, logged to a run: `hw.evaluate(model, data, targets="y", …)`."""

from headwater.models.evaluation.custom import EvaluationMetric, MetricValue, make_metric
from headwater.models.evaluation.evaluating import evaluate
from headwater.models.evaluation.plugins import ModelEvaluator, list_evaluators
from headwater.models.evaluation.resampling import Difference, Interval
from headwater.models.evaluation.results import EvaluationArtifact, EvaluationResult
from headwater.models.evaluation.thresholds import Failure, MetricThreshold, validate_evaluation_results
from headwater.protocol.errors import ModelValidationFailed

ModelValidationFailedException = ModelValidationFailed

__all__ = [
    "Difference",
    "EvaluationArtifact",
    "EvaluationMetric",
    "EvaluationResult",
    "Failure",
    "Interval",
    "MetricThreshold",
    "MetricValue",
    "ModelEvaluator",
    "ModelValidationFailed",
    "ModelValidationFailedException",
    "evaluate",
    "list_evaluators",
    "make_metric",
    "validate_evaluation_results",
]
