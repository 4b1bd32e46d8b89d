"""`evaluate`: one call that asks a model, measures it, draws it, and logs what it found to the active run."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from headwater.models.evaluation.artifacts import ArtifactMaker
from headwater.models.evaluation.custom import EvaluationMetric
from headwater.models.evaluation.default import TYPES, check_config
from headwater.models.evaluation.evaluation import Evaluation
from headwater.models.evaluation.plugins import BUILT_IN, choose_evaluators
from headwater.models.evaluation.predicting import open_model
from headwater.models.evaluation.recording import log_gate
from headwater.models.evaluation.resampling import Resampling
from headwater.models.evaluation.results import EvaluationResult
from headwater.models.evaluation.slicing import Slices
from headwater.models.evaluation.table import read_data
from headwater.models.evaluation.thresholds import MetricThreshold, find_failures, read_threshold, refuse
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.active import ActiveRun, active_run, start_run
from headwater.tracking.autolog import quiet

_RESAMPLES = 1000


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
    """Evaluate a model on data, and log metrics, plots and tables to the active run, or to a new one.

    Args:
        model: the URI of a model, a loaded model, an object with `predict`, or a function of the features. None if the
            predictions are there already.
        data: a frame of pandas or polars, an Arrow table, an array, or a dataset made by `headwater.data`.
        model_type: "classifier" or "regressor"; None for `extra_metrics` alone.
        targets: the column of the truth, or the truth itself.
        predictions: the column of predictions that are there, or these themselves; with a model that returns several
            columns, which of them.
        dataset_path: where the data come from.
        feature_names: the columns that the model is given, default all without another part; of an array, their names.
        evaluators: whom to ask, by name; default: all that can evaluate this type of model. See `list_evaluators`.
        evaluator_config: options, see the how-to page: `pos_label`, `label_list`, `average`, `sample_weights`,
            `metric_prefix`, `max_classes_for_multiclass_roc_pr`, `col_mapping`, `log_model_explainability`, …
        extra_metrics: metrics made by `make_metric`.
        custom_artifacts: functions of a frame of `prediction` and `target`, the metrics, and a folder; each returns a
            dict of figures, frames, arrays, paths of files, … by name.
        env_manager: "local".
        model_config, inference_params: for a model that is loaded from a URI, and for its predictions.
        model_id: the logged model that the metrics are about; default: the one that is evaluated, else the active one.
        probabilities: of a classifier that cannot be asked for them: a column (of the positive class), one for each
            class in their order, or the values.
        slices: measure parts of the data too: a column, several, or conditions by name.
        bootstrap: how often to resample the rows for intervals; default: 1,000 with a baseline, else not.
        confidence, seed: of the intervals.
        baseline_model: a model to compare with, as `model`; `baseline_predictions`: its predictions, if they are there.
        validate: what metrics must reach; a `MetricThreshold`, or a number.

    Raises:
        InvalidParameterValue: arguments contradict each other or the data.
        ModelValidationFailed: a metric does not reach what `validate` demands; everything has been logged.
        NotSupported: a package that is needed is not installed.

    Example:
        >>> result = hw.evaluate(model, test, targets="churned", model_type="classifier", slices="region")
        >>> result.metrics["roc_auc"], result.slices["region:north"]["accuracy_score"]
        (0.9974, 0.9824)
    """
    chosen = choose_evaluators(evaluators, evaluator_config)
    config = next((options for name, options in chosen.items() if name in BUILT_IN), {})
    check_config(config)
    _check_type(model_type, targets, data, chosen, extra_metrics)
    if model is None and predictions is None and getattr(data, "predictions", None) is None:
        raise InvalidParameterValue("Neither a model nor predictions were given. Give `model`, or `predictions`.")
    for name, demand in (validate or {}).items():
        read_threshold(name, demand, {metric.key: metric.greater_is_better for metric in extra_metrics or ()})
    has_baseline = baseline_model is not None or baseline_predictions is not None
    resampling = Resampling(_RESAMPLES if bootstrap is None and has_baseline else bootstrap or 0, confidence, seed)
    resampling.check()
    static = predictions if model is None and isinstance(predictions, str) else None
    table = read_data(
        data,
        targets=targets,
        predictions=static,
        other_columns=_other_columns(probabilities, baseline_predictions),
        feature_names=feature_names,
        source=dataset_path,
    )
    opened = None if model is None else _open(model, model_config, inference_params, env_manager)
    evaluation = Evaluation(
        data=table,
        model_type=model_type,
        predictor=opened,
        predictions=predictions if predictions is not None else getattr(table.dataset, "predictions", None),
        probabilities=probabilities,
        baseline=None if baseline_model is None else _open(baseline_model, model_config, inference_params, env_manager),
        baseline_predictions=baseline_predictions,
        evaluators=chosen,
        config=config,
        extra_metrics=list(extra_metrics or ()),
        custom_artifacts=list(custom_artifacts or ()),
        slices=slices,
        resampling=resampling,
        model_id=model_id or (opened.model_id if opened else ""),
    )
    with _run() as run, quiet():
        result = evaluation.run(run)
        failures = find_failures(validate, result, None) if validate else []
        if validate:
            log_gate(run.writer, failures)
    if failures:
        raise refuse(failures, len(validate or {}), result)
    return result


def _open(model: Any, model_config: Any, inference_params: Any, env_manager: str) -> Any:
    return open_model(model, model_config=model_config, inference_params=inference_params, env_manager=env_manager)


def _run() -> AbstractContextManager[ActiveRun]:
    run = active_run()
    return start_run() if run is None else nullcontext(run)


def _check_type(model_type: str | None, targets: Any, data: Any, chosen: Mapping[str, Any], extra_metrics: Any) -> None:
    if not any(name in BUILT_IN for name in chosen):
        return
    has_others = any(name not in BUILT_IN for name in chosen)
    if model_type is None and not extra_metrics and not has_others:
        raise InvalidParameterValue(
            f"Without `model_type` there is nothing to measure. Use one of {', '.join(TYPES)}, or give `extra_metrics`."
        )
    if model_type is not None and model_type not in TYPES and not has_others:
        raise InvalidParameterValue(
            f"Invalid value '{model_type}' for `model_type`. Use one of {', '.join(TYPES)}, "
            "or None with `extra_metrics`."
        )
    if model_type in TYPES and targets is None and getattr(data, "targets", None) is None:
        raise InvalidParameterValue(
            f"The targets argument must be specified for {model_type} models. Give a column's name, or the values."
        )


def _other_columns(*given: Any) -> list[str]:
    """Return the columns that are named by arguments that may also be values."""
    names: list[str] = []
    for value in given:
        if isinstance(value, str):
            names.append(value)
        elif isinstance(value, list | tuple) and value and all(isinstance(name, str) for name in value):
            names += value
    return names
