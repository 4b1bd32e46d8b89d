"""`evaluate`: one call that asks a model, measures it, draws it, and logs what it found to the active run."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from headwater.models.evaluation.artifacts import ArtifactMaker
from headwater.models.evaluation.custom import EvaluationMetric
from headwater.models.evaluation.evaluation import Evaluation
from headwater.models.evaluation.recording import log_gate
from headwater.models.evaluation.request import Request
from headwater.models.evaluation.results import EvaluationResult
from headwater.models.evaluation.slicing import Slices
from headwater.models.evaluation.table import require_pandas
from headwater.models.evaluation.thresholds import MetricThreshold, find_failures, refuse
from headwater.tracking.active import ActiveRun, active_run, start_run
from headwater.tracking.autolog import quiet


def evaluate(
    model: Any = None,
    data: Any = None,
    *,
    model_type: str | None = None,
    targets: Any = None,
    predictions: Any = None,
    dataset_path: str | None = None,
    feature_names: Sequence[str] | None = None,
    evaluators: str | Sequence[str] | None = None,
    evaluator_config: Mapping[str, Any] | None = None,
    extra_metrics: Sequence[EvaluationMetric] | None = None,
    custom_artifacts: Sequence[ArtifactMaker] | None = None,
    env_manager: str = "local",
    model_config: Mapping[str, Any] | str | None = None,
    inference_params: Mapping[str, Any] | None = None,
    model_id: str | None = None,
    probabilities: Any = None,
    slices: Slices | None = None,
    bootstrap: int | None = None,
    confidence: float = 0.95,
    seed: int = 0,
    baseline_model: Any = None,
    baseline_predictions: Any = None,
    validate: Mapping[str, MetricThreshold | float] | None = None,
) -> EvaluationResult:
    """Evaluate a model on data; log metrics, plots and tables to the active run, or to a new one.

    Args:
        model: a URI, a loaded model, an object with `predict`, a function of the features, or None with `predictions`.
        data: a frame of pandas or polars, an Arrow table, an array, or a dataset of `headwater.data`.
        model_type: "classifier", "regressor", or None with `extra_metrics`.
        targets, predictions: a column, or the values. With a model, `predictions` is a column that it returns.
        feature_names: the columns that the model is given; of an array, their names.
        evaluators, evaluator_config: whom to ask (see `list_evaluators`), with which options (see the how-to page).
        extra_metrics, custom_artifacts: metrics made by `make_metric`, and functions that return artifacts by name.
        model_config, inference_params: for a model at a URI.
        model_id: the logged model that is measured; default: the one at the URI, else the active one.
        probabilities: of a classifier that cannot be asked: a column, one for each class, or the values.
        slices: measure parts of the data too: a column, several, or conditions by name.
        bootstrap, confidence, seed: resamples for intervals; by default 1,000 with a baseline, else none.
        baseline_model, baseline_predictions: what to compare with on the same rows.
        validate: what metrics must reach: a `MetricThreshold`, or a number.

    Raises:
        InvalidParameterValue: arguments contradict each other or the data.
        ModelValidationFailed: a metric misses what `validate` demands; all is logged before.
        NotSupported: a package that is needed is not installed.

    Example:
        >>> result = hw.evaluate(model, test, targets="churned", model_type="classifier", slices="region")
        >>> result.metrics["roc_auc"], result.slices["region:north"]["accuracy_score"]
        (0.9974, 0.9824)
    """
    return _evaluate(Request(**locals()))  # its fields are the arguments


def _evaluate(request: Request) -> EvaluationResult:
    request.check()
    require_pandas()
    evaluation = Evaluation(request, request.read(), request.open(request.model), request.open(request.baseline_model))
    with _run() as run, quiet():
        result = evaluation.run(run)
        failures = find_failures(request.validate, result, None) if request.validate else []
        if request.validate:
            log_gate(run.writer, failures)
    if failures:
        raise refuse(failures, len(request.validate or ()), result)
    return result


def _run() -> AbstractContextManager[ActiveRun]:
    run = active_run()
    return start_run() if run is None else nullcontext(run)
