"""Models: what they take and give, how they are kept, loaded and served, and how well they do."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.models.batch.run import predict_batch
    from headwater.models.container.build import build_docker
    from headwater.models.container.context import generate_dockerfile
    from headwater.models.editing import set_signature, update_model_requirements
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
    from headwater.models.flavor import Flavor
    from headwater.models.information import get_model_info, infer_pip_requirements
    from headwater.models.libraries import add_libraries_to_model
    from headwater.models.model_file import Model, ModelInfo
    from headwater.models.prediction import predict, validate_serving_input
    from headwater.models.python.code_model import ModelConfig, set_model
    from headwater.models.schema.enforce import validate_schema
    from headwater.models.schema.example import convert_input_example_to_serving_input
    from headwater.models.schema.infer import infer_signature
    from headwater.models.schema.signature import ModelSignature
    from headwater.models.verification import VerifiedEnvironment, verify_environment

__all__ = [
    "EvaluationArtifact",
    "EvaluationMetric",
    "EvaluationResult",
    "Flavor",
    "MetricThreshold",
    "MetricValue",
    "Model",
    "ModelConfig",
    "ModelEvaluator",
    "ModelInfo",
    "ModelSignature",
    "VerifiedEnvironment",
    "add_libraries_to_model",
    "build_docker",
    "convert_input_example_to_serving_input",
    "evaluate",
    "generate_dockerfile",
    "get_model_info",
    "infer_pip_requirements",
    "infer_signature",
    "list_evaluators",
    "make_metric",
    "predict",
    "predict_batch",
    "set_model",
    "set_signature",
    "update_model_requirements",
    "validate_evaluation_results",
    "validate_schema",
    "validate_serving_input",
    "verify_environment",
]

_HOMES = {
    "Flavor": "flavor",
    "Model": "model_file",
    "ModelConfig": "python.code_model",
    "ModelInfo": "model_file",
    "ModelSignature": "schema.signature",
    "VerifiedEnvironment": "verification",
    "_TypeHints": "python.mlflow_pickles",
    "add_libraries_to_model": "libraries",
    "build_docker": "container.build",
    "convert_input_example_to_serving_input": "schema.example",
    "generate_dockerfile": "container.context",
    "get_model_info": "information",
    "infer_pip_requirements": "information",
    "infer_signature": "schema.infer",
    "predict": "prediction",
    "predict_batch": "batch.run",
    "set_model": "python.code_model",
    "set_signature": "editing",
    "update_model_requirements": "editing",
    "validate_schema": "schema.enforce",
    "validate_serving_input": "prediction",
    "verify_environment": "verification",
}
"""Which module has a name that `evaluation` does not have."""


def __getattr__(name: str) -> object:
    """Load the part of the package that a name comes from: most programs need little of it."""
    if name in _HOMES or name in __all__:
        return getattr(import_module(f"headwater.models.{_HOMES.get(name, 'evaluation')}"), name)
    raise AttributeError(f"module 'headwater.models' has no attribute '{name}'")
