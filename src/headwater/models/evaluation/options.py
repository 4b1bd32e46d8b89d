"""What `evaluator_config` says to the built-in evaluators."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from headwater.protocol.errors import InvalidParameterValue, NotSupported

AVERAGES = ("weighted", "macro", "micro")
ALGORITHMS = ("exact", "permutation", "partition", "kernel")
LINKS = ("identity", "logit")
_UNSUPPORTED = {
    "log_explainer": "Keep the explainer yourself: hw.log_artifact of what its save() wrote.",
    "eval_results_path": "The table of rows is the run's artifact eval_results_table.json.",
    "eval_results_mode": "The table of rows is the run's artifact eval_results_table.json.",
}
_ALIKE = 0.85


@dataclass(frozen=True, kw_only=True)
class Options:
    """The keys of `evaluator_config` that the built-in evaluators read; others may be for metrics of the user's own.

    Attributes:
        average: how the metrics of several classes become one.
        label_list: the classes, in order; default: those in the data.
        pos_label: the positive class of two.
        sample_weights: a weight for each row, or the name of the column that has them.
        metric_prefix: stands before the name of each metric.
        col_mapping: a column or a value for each argument of the user's metrics.
        log_model_explainability: ask SHAP where it is installed.
        explainability_algorithm: default: SHAP's choice.
        explainability_nsamples: how many rows SHAP explains.
        explainability_kernel_link: of the algorithm "kernel".
        max_classes_for_multiclass_roc_pr: with more there are no curves.
        ignore_exceptions: what MLflow calls it; SHAP's failures never end an evaluation.
    """

    average: str = "weighted"
    label_list: Any = None
    pos_label: Any = None
    sample_weights: Any = None
    metric_prefix: str = ""
    col_mapping: Mapping[str, Any] = field(default_factory=dict)
    log_model_explainability: bool = True
    explainability_algorithm: str | None = None
    explainability_nsamples: int = 2000
    explainability_kernel_link: str = "identity"
    max_classes_for_multiclass_roc_pr: int = 10
    ignore_exceptions: bool = True


_KEYS = tuple(each.name for each in fields(Options))
_CHOICES = {
    "average": AVERAGES,
    "explainability_algorithm": ALGORITHMS,
    "explainability_kernel_link": LINKS,
}
_COUNTS = {"explainability_nsamples": 1, "max_classes_for_multiclass_roc_pr": 0}


def read_options(config: Mapping[str, Any]) -> Options:
    """Return what a configuration says; None stands for the default.

    Raises `NotSupported` for what is not offered, `InvalidParameterValue` for what cannot be meant.
    """
    for key, advice in _UNSUPPORTED.items():
        if config.get(key):
            raise NotSupported(f"evaluator_config has '{key}', which is not supported. {advice}")
    for key in config:
        near = get_close_matches(str(key), _KEYS, 1, _ALIKE)
        if near and key not in _KEYS:
            raise InvalidParameterValue(f"There is no '{key}' in evaluator_config. Did you mean '{near[0]}'?")
    given = {key: value for key, value in config.items() if key in _KEYS and value is not None}
    for key, choices in _CHOICES.items():
        if given.get(key, choices[0]) not in choices:
            raise InvalidParameterValue(f"Invalid value '{given[key]}' for `{key}`. Use one of {', '.join(choices)}.")
    for key, least in _COUNTS.items():
        if key in given:
            given[key] = _count(key, given[key], least)
    return Options(**given)


def _count(key: str, value: Any, least: int) -> int:
    try:
        count = int(value)
    except (TypeError, ValueError) as error:
        raise InvalidParameterValue(f"Invalid value '{value}' for `{key}`. Give a whole number.") from error
    if count < least:
        raise InvalidParameterValue(f"Invalid value '{value}' for `{key}`. Give {least} or more.")
    return count
