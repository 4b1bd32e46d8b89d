"""Slices: parts of the data that a model is measured on by themselves."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from headwater.models.evaluation.table import EvaluationData
from headwater.models.measuring.measures import measures_of
from headwater.models.measuring.outcome import Outcome
from headwater.models.measuring.weighings import Rows, Weighing
from headwater.protocol.errors import InvalidParameterValue

Condition: TypeAlias = str | Callable[[Any], Any] | Mapping[str, Any] | Sequence[bool] | np.ndarray[Any, Any]
Slices: TypeAlias = str | Sequence[str] | Mapping[str, Condition]

PREFIX = "slices"
_MAX_VALUES = 50
_MAX_NUMBERS = 12  # different numbers; more are put into quarters
_FORBIDDEN = re.compile(r"[^\w.\- :]+")


def cut_slices(slices: Slices | None, data: EvaluationData) -> dict[str, Any]:
    """Return which rows belong to each slice; the names may stand in the name of a metric.

    Raises:
        InvalidParameterValue: a column is not there or has too many values, or a condition cannot be read.
    """
    if slices is None:
        return {}
    found: dict[str, Any] = {}
    if isinstance(slices, Mapping):
        for name, condition in slices.items():
            found[_clean(str(name))] = _mask(str(name), condition, data)
    else:
        for column in [slices] if isinstance(slices, str) else slices:
            for name, mask in _by_column(column, data).items():
                found[_clean(name)] = mask
    return found


def measure_slices(outcome: Outcome, masks: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the metrics of each slice that has rows; what is not defined for its rows is left out."""
    filled = {name: mask for name, mask in masks.items() if mask.any()}
    found: dict[str, dict[str, float]] = {name: {"example_count": float(mask.sum())} for name, mask in filled.items()}
    if not filled:
        return found
    weights = np.array(list(filled.values()), dtype=float)
    if outcome.weights is not None:
        weights *= outcome.weights
    weighing = Weighing(Rows(outcome), weights)
    for row in measures_of(outcome):
        if row.weighted is not None:
            for name, value in zip(filled, row.weighted(weighing), strict=True):
                if np.isfinite(value):
                    found[name][row.name] = float(value)
    return found


def slice_key(name: str, metric: str) -> str:
    """Return under which key a metric of a slice is logged."""
    return f"{PREFIX}/{name}/{metric}"


def _clean(name: str) -> str:
    text = _FORBIDDEN.sub("_", re.sub(r"[()\[\]{}]", "", name)).strip()[:100]
    return text if text.strip(". ") else "_"


def _mask(name: str, condition: Any, data: EvaluationData) -> Any:
    if isinstance(condition, Mapping):
        masks = [_equals(data.column(column), value) for column, value in condition.items()]
        found: Any = np.logical_and.reduce(masks) if masks else np.ones(len(data), bool)
    elif isinstance(condition, str):
        if not hasattr(data.frame, "eval"):
            raise InvalidParameterValue(
                f"The condition '{condition}' of the slice '{name}' needs a pandas frame. Give a function or an array."
            )
        found = data.frame.eval(condition)
    elif callable(condition):
        found = condition(data.frame)
    else:
        found = condition
    mask = np.asarray(found)
    if mask.dtype != bool or mask.shape != (len(data),):
        raise InvalidParameterValue(
            f"The slice '{name}' gave values of type '{mask.dtype}' and shape '{mask.shape}'. "
            f"Give true or false for each of the {len(data)} rows."
        )
    return mask


def _equals(values: Any, wanted: Any) -> Any:
    if isinstance(wanted, str) or not isinstance(wanted, Sequence | set | frozenset | np.ndarray):
        return np.asarray(values == wanted)
    return np.isin(values, list(wanted))


def _by_column(column: str, data: EvaluationData) -> dict[str, Any]:
    values = np.asarray(data.column(column))
    is_number = values.dtype.kind in "iuf"
    known = np.array([value is not None and value == value for value in values]) if not is_number else ~np.isnan(values)
    different = np.unique(values[known].astype(str) if values.dtype.kind == "O" else values[known])
    found: dict[str, Any] = {}
    if is_number and len(different) > _MAX_NUMBERS:
        found = _quarters(column, values)
    elif len(different) > _MAX_VALUES:
        raise InvalidParameterValue(
            f"The column '{column}' has {len(different)} different values, more than {_MAX_VALUES} for slices. "
            "Give conditions for the slices: slices={'name': condition}."
        )
    else:
        texts = values.astype(str) if values.dtype.kind == "O" else values
        found = {f"{column}:{_text(value)}": known & (texts == value) for value in different}
    if not known.all():
        found[f"{column}:missing"] = ~known
    return found


def _quarters(column: str, values: Any) -> dict[str, Any]:
    """Return a slice for each quarter of the rows by a number."""
    edges = np.unique(np.nanquantile(values, [0, 0.25, 0.5, 0.75, 1]))
    found = {}
    for number, (low, high) in enumerate(pairwise(edges)):
        is_last = number == len(edges) - 2
        mask = (values >= low) & ((values <= high) if is_last else (values < high))
        found[f"{column}:{_text(low)} to {_text(high)}"] = mask
    return found


def _text(value: Any) -> str:
    if isinstance(value, float | np.floating):
        value = float(value)
        return str(int(value)) if value == math.floor(value) and abs(value) < 1e15 else f"{value:.4g}".replace("+", "")
    return str(value)
