"""Metrics that the user computes: `make_metric`, and how their functions are called."""

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from headwater.protocol.errors import InvalidParameterValue

_log = logging.getLogger(__name__)


@dataclass
class MetricValue:
    """What a metric's function may return: a score for each row, why, and numbers about all rows.

    Without `aggregate_results`, mean, variance and 90th percentile of the scores are taken, if these are numbers.
    """

    scores: list[str] | list[float] | None = None
    justifications: list[str] | None = None
    aggregate_results: dict[str, float] | None = None

    def __post_init__(self) -> None:
        if self.aggregate_results is not None or self.scores is None:
            return
        if all(isinstance(score, int | float | np.number) for score in self.scores) and len(self.scores):
            numbers = np.asarray(self.scores, float)
            self.aggregate_results = {
                "mean": float(numbers.mean()),
                "variance": float(numbers.var()),
                "p90": float(np.percentile(numbers, 90)),
            }


class _Known(float):
    """A metric that is known already: a number, and a `MetricValue` for functions that were written for MLflow."""

    scores = justifications = None

    def __new__(cls, value: float, name: str) -> "_Known":
        known = super().__new__(cls, value)
        known.aggregate_results = {name: value}
        return known

    aggregate_results: dict[str, float]


class EvaluationMetric:
    """A metric of the user's; made by `make_metric`."""

    def __init__(
        self,
        eval_fn: Callable[..., Any],
        name: str,
        greater_is_better: bool,  # noqa: FBT001 - the order that callers of MLflow know
        long_name: str | None = None,
        version: str | None = None,
        metric_details: str | None = None,
        metric_metadata: dict[str, Any] | None = None,
        genai_metric_args: dict[str, Any] | None = None,
    ) -> None:
        self.eval_fn = eval_fn
        self.name = name
        self.greater_is_better = greater_is_better
        self.long_name = long_name or name
        self.version = version
        self.metric_details = metric_details
        self.metric_metadata = metric_metadata
        self.genai_metric_args = genai_metric_args

    @property
    def key(self) -> str:
        """Return the name with the version, under which it is logged."""
        return f"{self.name}/{self.version}" if self.version else self.name

    def __repr__(self) -> str:
        known = {
            "name": self.name,
            "greater_is_better": self.greater_is_better,
            "long_name": self.long_name,
            "version": self.version,
            "metric_details": self.metric_details,
        }
        return f"EvaluationMetric({', '.join(f'{key}={value}' for key, value in known.items() if value is not None)})"


def make_metric(
    *,
    eval_fn: Callable[..., Any],
    greater_is_better: bool,
    name: str | None = None,
    long_name: str | None = None,
    version: str | None = None,
    metric_details: str | None = None,
    metric_metadata: dict[str, Any] | None = None,
    genai_metric_args: dict[str, Any] | None = None,
) -> EvaluationMetric:
    """Make a metric of a function, for `extra_metrics` of `evaluate`.

    Args:
        eval_fn: called with the arguments that it names: `predictions` and `targets` (pandas series), `metrics` (what
            is known so far, by name), a column of the data, another metric, or a key of `evaluator_config`. One of two
            arguments with other names is given a frame of `prediction` and `target`, and the metrics. It returns a
            number or a `MetricValue`.
        greater_is_better: which way is better.
        name: what to call it; default: the function's name, which a lambda has not.
        long_name, metric_details, metric_metadata: what else to say of it.
        version: added to the name: `cost/v2`.

    Raises:
        InvalidParameterValue: there is no name, or the function cannot be called.

    Example:
        >>> def cost(predictions, targets):
        ...     return float((5 * (predictions < targets) + (predictions > targets)).sum())
        >>> hw.evaluate(model, test, targets="y", model_type="classifier",
        ...             extra_metrics=[make_metric(eval_fn=cost, greater_is_better=False)])
    """
    if not callable(eval_fn):
        raise InvalidParameterValue(f"Invalid `eval_fn` '{eval_fn}'. Give a function.")
    own = getattr(eval_fn, "__name__", "")
    if name is None and own in {"", "<lambda>"}:
        raise InvalidParameterValue("`name` must be specified if `eval_fn` is a lambda function.")
    return EvaluationMetric(
        eval_fn,
        name or own,
        greater_is_better,
        long_name,
        version,
        metric_details,
        metric_metadata,
        genai_metric_args,
    )


@dataclass
class CustomResults:
    """What custom metrics gave: numbers by key, and scores of each row by column."""

    metrics: dict[str, float] = field(default_factory=dict)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    directions: dict[str, bool] = field(default_factory=dict)

    def add(self, metric: EvaluationMetric, value: Any) -> None:
        """Keep what one function returned."""
        if isinstance(value, int | float | np.number | np.ndarray) and np.size(value) == 1:
            self._put(metric, metric.key, float(np.asarray(value).reshape(-1)[0]))
            return
        scores = getattr(value, "scores", None)
        totals = getattr(value, "aggregate_results", None)
        if scores is None and totals is None:
            raise InvalidParameterValue(
                f"The metric '{metric.name}' returned '{value!r}' of type '{type(value).__name__}'. "
                "Return a number or a MetricValue."
            )
        if scores is not None:
            self.columns[f"{metric.key}/score"] = list(scores)
        if (reasons := getattr(value, "justifications", None)) is not None:
            self.columns[f"{metric.key}/justification"] = list(reasons)
        for name, number in (totals or {}).items():
            self._put(metric, f"{metric.key}/{name}", float(number))

    def is_mean(self, column: str) -> bool:
        """Return whether a column has a number for each row, whose mean is a metric."""
        numbers = all(isinstance(score, int | float | np.number) for score in self.columns[column])
        return column.endswith("/score") and numbers and f"{column.removesuffix('/score')}/mean" in self.metrics

    def numbers(self, column: str) -> Any:
        """Return a column as an array."""
        return np.asarray(self.columns[column], float)

    def _put(self, metric: EvaluationMetric, key: str, value: float) -> None:
        self.metrics[key] = value
        self.directions[key] = metric.greater_is_better


@dataclass(frozen=True, eq=False)
class CustomInputs:
    """What the functions of custom metrics may ask for by name."""

    predictions: Any
    targets: Any
    frame: Any
    outputs: Mapping[str, Any]
    config: Mapping[str, Any]
    builtin: Mapping[str, float]

    def compute(self, metrics: Iterable[EvaluationMetric]) -> CustomResults:
        """Return what all metrics give; each sees those before it.

        Raises:
            InvalidParameterValue: a function asks for what is not there, or gave neither a number nor a `MetricValue`.
        """
        results = CustomResults()
        values: dict[str, Any] = {}
        for metric in metrics:
            try:
                value = self._call(metric, values, results)
            except InvalidParameterValue:
                raise
            except Exception as error:  # the user's function
                raise InvalidParameterValue(
                    f"The metric '{metric.name}' failed: {type(error).__name__}: {error}. Mend its function."
                ) from error
            if value is None:
                _log.warning("The metric '%s' returned None and is left out.", metric.name)
                continue
            results.add(metric, value)
            number = results.metrics.get(metric.key)
            values[metric.name] = value if number is None else _Known(number, metric.name)
        return results

    def _call(self, metric: EvaluationMetric, values: Mapping[str, Any], results: CustomResults) -> Any:
        numbers = {**self.builtin, **results.metrics}
        known = {name: _Known(number, name) for name, number in numbers.items()} | dict(values)
        parameters = [
            parameter
            for parameter in inspect.signature(metric.eval_fn).parameters.values()
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        arguments: dict[str, Any] = {}
        missing = []
        for parameter in parameters:
            found = self._find(parameter.name, known, values)
            if found is not _NOTHING:
                arguments[parameter.name] = found
            elif parameter.default is parameter.empty:
                missing.append(parameter.name)
        if missing and len(parameters) == 2:
            return metric.eval_fn(eval_frame(self.predictions, self.targets), numbers)
        if missing:
            raise InvalidParameterValue(
                f"The metric '{metric.name}' asks for '{missing[0]}', which is neither a column "
                f"({', '.join(map(str, list(self.frame.columns)[:20]))}) nor a key of evaluator_config. "
                "Map it to a column: evaluator_config={'col_mapping': {'" + missing[0] + "': '<column>'}}."
            )
        positional = [
            arguments.pop(parameter.name) for parameter in parameters if parameter.kind is parameter.POSITIONAL_ONLY
        ]
        return metric.eval_fn(*positional, **arguments)

    def _find(self, name: str, known: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
        mapped = (self.config.get("col_mapping") or {}).get(name, name)
        if not isinstance(mapped, str):
            return mapped
        fixed = {"predictions": self.predictions, "targets": self.targets, "metrics": known}
        if mapped in fixed:
            return fixed[mapped]
        if mapped in self.frame.columns:
            return self.frame[mapped]
        for place in (self.outputs, self.config, values):
            if mapped in place:
                return place[mapped]
        return _NOTHING


def eval_frame(predictions: Any, targets: Any) -> Any:
    """Return the frame of `prediction` and `target` that custom artifacts, and metrics of the old kind, are given."""
    import pandas

    columns = {"prediction": predictions} if targets is None else {"prediction": predictions, "target": targets}
    return pandas.DataFrame(columns)


_NOTHING = object()
