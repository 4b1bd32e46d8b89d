"""Models: what they take and give, how they are kept, loaded and served, and how well they do."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.models.evaluation import (
        EvaluationArtifact,
        EvaluationMetric,
        EvaluationResult,
        MetricThreshold,
        MetricValue,
        ModelEvaluator,
        evaluate,
        list_evaluators,
        make_metric,
        validate_evaluation_results,
    )

__all__ = [
    "EvaluationArtifact",
    "EvaluationMetric",
    "EvaluationResult",
    "MetricThreshold",
    "MetricValue",
    "ModelEvaluator",
    "evaluate",
    "list_evaluators",
    "make_metric",
    "validate_evaluation_results",
]

_HOMES = dict.fromkeys(__all__, "headwater.models.evaluation")


def __getattr__(name: str) -> object:
    """Load the part of the package that a name comes from."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'headwater.models' has no attribute '{name}'")
