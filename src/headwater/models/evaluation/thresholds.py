"""Thresholds that a model must pass, and the gate that raises with a table of what failed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from headwater.models.evaluation.results import EvaluationResult
from headwater.models.measuring.measures import MEASURES
from headwater.protocol.errors import InvalidParameterValue, ModelValidationFailed


@dataclass(frozen=True)
class MetricThreshold:
    """What a metric must reach, by itself or beside that of a baseline model.

    Args:
        threshold: the value that the metric must reach: at least, or at most if smaller is better.
        min_absolute_change: by how much it must be better than the baseline's.
        min_relative_change: by which share of the baseline's it must be better.
        greater_is_better: which way is better.
        confident: the end of the bootstrap interval must pass too, not just the value.

    Raises:
        InvalidParameterValue: nothing is demanded, or a demand cannot be read.

    Example:
        >>> MetricThreshold(threshold=0.8, min_absolute_change=0.01, greater_is_better=True)
    """

    threshold: float | None = None
    min_absolute_change: float | None = None
    min_relative_change: float | None = None
    greater_is_better: bool | None = None
    confident: bool = False

    def __post_init__(self) -> None:
        if self.greater_is_better is None:
            raise _wrong("`greater_is_better` parameter must be defined.")
        if not isinstance(self.greater_is_better, bool):
            raise _wrong("`greater_is_better` parameter must be a boolean.")
        if self.threshold is self.min_absolute_change is self.min_relative_change is None:
            raise _wrong("no threshold was specified.")
        if self.threshold is not None and not _is_number(self.threshold):
            raise _wrong("`threshold` parameter must be a number.")
        for name, change in self._changes().items():
            if not _is_number(change) or change <= 0:
                raise _wrong(f"`{name}` parameter must be a positive number.")

    def _changes(self) -> dict[str, float]:
        changes = {"min_absolute_change": self.min_absolute_change, "min_relative_change": self.min_relative_change}
        return {name: change for name, change in changes.items() if change is not None}


class Failure(NamedTuple):
    """A threshold that was not passed."""

    metric: str
    value: float | None
    baseline: float | None
    required: str
    reason: str


def validate_evaluation_results(
    validation_thresholds: Mapping[str, MetricThreshold | float],
    candidate_result: EvaluationResult,
    baseline_result: EvaluationResult | None = None,
) -> None:
    """Raise `ModelValidationFailed`, with a table of what failed, unless a model passes all thresholds.

    Args:
        validation_thresholds: what each metric must reach; a number alone for a metric whose better way is known.
            Metrics of slices and intervals have thresholds too: `slices/region:north/recall_score`.
        candidate_result: what `evaluate` gave for the model.
        baseline_result: what it gave for the model to compare with; default: the baseline of the evaluation itself.

    Example:
        >>> hw.validate_evaluation_results({"accuracy_score": 0.9}, result)
    """
    failures = find_failures(validation_thresholds, candidate_result, baseline_result)
    if failures:
        raise refuse(failures, len(validation_thresholds), candidate_result)


def refuse(failures: list[Failure], count: int, result: EvaluationResult) -> ModelValidationFailed:
    """Return the error that tells what failed, in a table."""
    return ModelValidationFailed(_tell(failures, count), failures=failures, result=result)


def find_failures(
    thresholds: Mapping[str, MetricThreshold | float], candidate: EvaluationResult, baseline: EvaluationResult | None
) -> list[Failure]:
    """Return the thresholds that a model does not pass."""
    known = {name: found.baseline for name, found in candidate.comparison.items()}
    others = known if baseline is None else baseline.metrics
    found: list[Failure] = []
    for name, given in thresholds.items():
        demand = read_threshold(name, given, candidate.directions)
        value = candidate.metrics.get(name)
        if value is None:
            found.append(Failure(name, None, others.get(name), "", "the evaluation has no such metric"))
            continue
        found += _check_value(name, demand, value, candidate)
        found += _check_changes(name, demand, value, others.get(name), candidate)
    return found


def read_threshold(name: str, given: Any, directions: Mapping[str, bool]) -> MetricThreshold:
    """Return a threshold; a number alone becomes one if it is known which way the metric is better."""
    if not _is_number(given):
        if all(hasattr(given, part) for part in ("threshold", "greater_is_better", "min_absolute_change")):
            return given  # type: ignore[no-any-return]  # ours, or MLflow's of the same shape
        raise InvalidParameterValue(f"Invalid threshold '{given}' of '{name}'. Give a number or a MetricThreshold.")
    measure = MEASURES.get(name.rpartition("/")[2])
    better = directions.get(name, measure.greater_is_better if measure else None)
    if better is None:
        raise InvalidParameterValue(
            f"It is not known which way '{name}' is better. "
            f"Give MetricThreshold(threshold={given}, greater_is_better=…)."
        )
    return MetricThreshold(threshold=float(given), greater_is_better=better)


def _check_value(name: str, demand: MetricThreshold, value: float, result: EvaluationResult) -> list[Failure]:
    if demand.threshold is None:
        return []
    required = f"{'≥' if demand.greater_is_better else '≤'} {demand.threshold:g}"
    if not _reaches(demand, value, demand.threshold):
        return [Failure(name, value, None, required, "the value misses the threshold")]
    if getattr(demand, "confident", False):
        interval = result.intervals.get(name)
        if interval is None:
            return [Failure(name, value, None, required, "it has no interval: evaluate with bootstrap=1000")]
        end = interval.low if demand.greater_is_better else interval.high
        if not _reaches(demand, end, demand.threshold):
            return [Failure(name, value, None, required, f"the interval reaches {end:.6g}")]
    return []


def _check_changes(
    name: str, demand: MetricThreshold, value: float, baseline: float | None, result: EvaluationResult
) -> list[Failure]:
    if demand.min_absolute_change is None and demand.min_relative_change is None:
        return []
    sign = 1 if demand.greater_is_better else -1
    if baseline is None:
        return [Failure(name, value, None, "a change", "the baseline has no such metric")]
    found = []
    gain = sign * (value - baseline)
    if demand.min_absolute_change is not None and not _at_least(gain, demand.min_absolute_change):
        required = f"{'+' if sign > 0 else '−'}{demand.min_absolute_change:g}"
        found.append(Failure(name, value, baseline, required, _tell_gain(gain)))
    if demand.min_relative_change is not None:
        share = gain / abs(baseline) if baseline else math.copysign(math.inf, gain) if gain else 0.0
        if not _at_least(share, demand.min_relative_change):
            required = f"{'+' if sign > 0 else '−'}{demand.min_relative_change:.6g} of it"
            found.append(Failure(name, value, baseline, required, _tell_gain(share, " of it")))
    moved = result.comparison.get(name)
    if getattr(demand, "confident", False) and moved is not None and not found:
        end = moved.low if sign > 0 else -moved.high
        if not end > 0:
            found.append(Failure(name, value, baseline, "surely better", f"the difference may be {sign * end:.6g}"))
    return found


def _tell_gain(gain: float, unit: str = "") -> str:
    return f"it is better by {gain:.6g}{unit} only" if gain > 0 else f"it is worse by {-gain:.6g}{unit}"


def _reaches(demand: MetricThreshold, value: float, threshold: float) -> bool:
    return value >= threshold if demand.greater_is_better else value <= threshold


def _at_least(gain: float, wanted: float) -> bool:
    return gain > wanted or math.isclose(gain, wanted, rel_tol=1e-9)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong(reason: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Could not instantiate MetricThreshold class: {reason}")


def failure_rows(failures: list[Failure]) -> dict[str, list[Any]]:
    """Return failures as the columns of a table."""
    return {name: [getattr(failure, name) for failure in failures] for name in Failure._fields}


def _tell(failures: list[Failure], count: int) -> str:
    head = Failure._fields
    rows = [[failure.metric, *map(_show, failure[1:3]), failure.required, failure.reason] for failure in failures]
    widths = [max(len(row[column]) for row in [list(head), *rows]) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [list(head), *rows]
    ]
    failed = len({failure.metric for failure in failures})
    return "\n".join([f"The model fails {failed} of {count} thresholds.", *(line.rstrip() for line in lines)])


def _show(value: Any) -> str:
    return "-" if value is None else f"{value:.6g}"
