"""What `evaluate` was given, checked before anything is asked or logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from headwater.models.evaluation.artifacts import ArtifactMaker
from headwater.models.evaluation.custom import EvaluationMetric
from headwater.models.evaluation.default import TYPES
from headwater.models.evaluation.options import Options, read_options
from headwater.models.evaluation.plugins import BUILT_IN, choose_evaluators
from headwater.models.evaluation.predicting import Predictor, open_model
from headwater.models.evaluation.resampling import Resampling
from headwater.models.evaluation.slicing import Slices
from headwater.models.evaluation.table import EvaluationData, read_data
from headwater.models.evaluation.thresholds import MetricThreshold, read_threshold
from headwater.protocol.errors import InvalidParameterValue

_RESAMPLES = 1000


@dataclass(frozen=True, eq=False, kw_only=True)
class Request:
    """The arguments of `evaluate`, which says what they mean."""

    model: Any
    data: Any
    model_type: str | None
    targets: Any
    predictions: Any
    dataset_path: str | None
    feature_names: Sequence[str] | None
    evaluators: str | Sequence[str] | None
    evaluator_config: Mapping[str, Any] | None
    extra_metrics: Sequence[EvaluationMetric] | None
    custom_artifacts: Sequence[ArtifactMaker] | None
    env_manager: str
    model_config: Mapping[str, Any] | str | None
    inference_params: Mapping[str, Any] | None
    model_id: str | None
    probabilities: Any
    slices: Slices | None
    bootstrap: int | None
    confidence: float
    seed: int
    baseline_model: Any
    baseline_predictions: Any
    validate: Mapping[str, MetricThreshold | float] | None

    @cached_property
    def chosen(self) -> dict[str, dict[str, Any]]:
        """Return the evaluators to ask, each with its configuration."""
        return choose_evaluators(self.evaluators, self.evaluator_config)

    @property
    def config(self) -> dict[str, Any]:
        """Return the configuration of the built-in evaluators."""
        return next((options for name, options in self.chosen.items() if name in BUILT_IN), {})

    @cached_property
    def options(self) -> Options:
        """Return what the configuration says; raise `InvalidParameterValue` or `NotSupported` for what it cannot."""
        return read_options(self.config)

    @cached_property
    def resampling(self) -> Resampling:
        """Return how to resample."""
        has_baseline = self.baseline_model is not None or self.baseline_predictions is not None
        count = _RESAMPLES if self.bootstrap is None and has_baseline else self.bootstrap or 0
        return Resampling(count, self.confidence, self.seed)

    def check(self) -> None:
        """Raise `InvalidParameterValue` for arguments that do not fit, `NotSupported` for what is not offered."""
        _ = self.options
        self.resampling.check()
        if any(name in BUILT_IN for name in self.chosen):
            self._check_type()
        has_predictions = self.predictions is not None or getattr(self.data, "predictions", None) is not None
        if self.model is None and not has_predictions:
            raise InvalidParameterValue("Neither a model nor predictions were given. Give `model`, or `predictions`.")
        directions = {metric.key: metric.greater_is_better for metric in self.extra_metrics or ()}
        for name, demand in (self.validate or {}).items():
            read_threshold(name, demand, directions)

    def open(self, model: Any) -> Predictor | None:
        """Return a model to ask, None if there is none."""
        if model is None:
            return None
        return open_model(
            model,
            model_config=self.model_config,
            inference_params=self.inference_params,
            env_manager=self.env_manager,
        )

    def read(self) -> EvaluationData:
        """Return the data."""
        return read_data(
            self.data,
            targets=self.targets,
            predictions=self.predictions if self.model is None and isinstance(self.predictions, str) else None,
            other_columns=[*_columns(self.probabilities), *_columns(self.baseline_predictions)],
            feature_names=self.feature_names,
            source=self.dataset_path,
        )

    def _check_type(self) -> None:
        kind, has_others = self.model_type, any(name not in BUILT_IN for name in self.chosen)
        if kind is None and not self.extra_metrics and not has_others:
            raise InvalidParameterValue(
                f"Without `model_type` there is nothing to measure. Use one of {', '.join(TYPES)}, "
                "or give `extra_metrics`."
            )
        if kind is not None and kind not in TYPES and not has_others:
            raise InvalidParameterValue(
                f"Invalid value '{kind}' for `model_type`. Use one of {', '.join(TYPES)}, or None with `extra_metrics`."
            )
        if kind in TYPES and self.targets is None and getattr(self.data, "targets", None) is None:
            raise InvalidParameterValue(
                f"The targets argument must be specified for {kind} models. Give a column's name, or the values."
            )


def _columns(given: Any) -> list[str]:
    """Return the columns that an argument names which may also be values."""
    if isinstance(given, str):
        return [given]
    is_names = isinstance(given, list | tuple) and all(isinstance(name, str) for name in given)
    return list(given) if is_names else []
