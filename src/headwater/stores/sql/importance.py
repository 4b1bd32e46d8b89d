"""How much params have to do with a metric: rank correlation, and a forest where scikit-learn is installed."""

import math
from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from headwater.protocol.columns import RunColumn
from headwater.protocol.comparisons import LEAST_RUNS, MeasureImportanceResponse, ParamImportance

_MAX_PARAMS = 50
_MAX_FOREST_RUNS = 2000
_FOLDS = 5
_TREES = 40
_REPEATS = 3
_SEED = 0

Numbers = npt.NDArray[np.float64]


class _Param:
    """A param over the runs that have the metric: numbers, or codes of its texts."""

    def __init__(self, name: str, texts: list[str | None]) -> None:
        self.name = name
        self.runs = sum(text is not None for text in texts)
        numbers = [_read_number(text) for text in texts]
        self.is_number = all(
            number is not None for number, text in zip(numbers, texts, strict=True) if text is not None
        )
        self.values = (
            np.array([math.nan if number is None else number for number in numbers])
            if self.is_number
            else _code_texts(texts)
        )
        self.varies = len({text for text in texts if text is not None}) > 1

    def correlate(self, target: Numbers) -> float | None:
        """Return Spearman's correlation with the metric over the runs that have both."""
        there = np.isfinite(self.values)
        if not self.is_number or int(there.sum()) < LEAST_RUNS:
            return None
        ranks = _rank(self.values[there]), _rank(target[there])
        if any(np.ptp(some) == 0 for some in ranks):
            return None
        return float(np.corrcoef(*ranks)[0, 1])


def measure_importance(metric: RunColumn, columns: Sequence[RunColumn]) -> MeasureImportanceResponse:
    """Answer `MeasureImportance` from the columns of the runs."""
    numbers = np.array([math.nan if value is None else value for value in metric.numbers or []], np.float64)
    there = np.isfinite(numbers)
    runs, target = int(there.sum()), numbers[there]
    name = metric.name.removeprefix("metrics.")
    if runs < LEAST_RUNS:
        return MeasureImportanceResponse(
            [], runs, None, f"{runs} runs have a finite '{name}'; at least {LEAST_RUNS} are needed to say anything."
        )
    if np.ptp(target) == 0:
        return MeasureImportanceResponse([], runs, None, f"'{name}' is the same in all {runs} runs.")
    params = [_Param(column.name.removeprefix("params."), _texts(column, there)) for column in columns]
    varying = [param for param in params if param.varies and param.runs >= LEAST_RUNS]
    if not varying:
        return MeasureImportanceResponse([], runs, None, "No param varies over these runs.")
    varying = sorted(varying, key=lambda param: -param.runs)[:_MAX_PARAMS]
    score, shares, reason = _grow_forest(varying, target)
    found = [
        ParamImportance(param.name, param.runs, param.is_number, param.correlate(target), *share)
        for param, share in zip(varying, shares, strict=True)
    ]
    found.sort(key=lambda one: (-(one.importance or 0.0), -abs(one.correlation or 0.0), one.name))
    return MeasureImportanceResponse(found, runs, score, reason)


Share = tuple[float | None, float | None]


def _grow_forest(params: Sequence[_Param], everything: Numbers) -> tuple[float | None, list[Share], str]:
    """Return R² and shares of importance over runs that the forest which judges them has not seen."""
    if find_spec("sklearn") is None:
        reason = "The server has no scikit-learn, so there is no forest: pip install scikit-learn where it runs."
        return None, [(None, None)] * len(params), reason
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance
    from sklearn.model_selection import KFold

    chosen = np.linspace(0, len(everything) - 1, min(len(everything), _MAX_FOREST_RUNS)).astype(np.int64)
    features = np.column_stack([_fill(param.values) for param in params])[chosen]
    target = everything[chosen]
    predicted, falls = np.empty_like(target), []
    for seen, unseen in KFold(_FOLDS, shuffle=True, random_state=_SEED).split(features):
        forest = RandomForestRegressor(_TREES, min_samples_leaf=2, random_state=_SEED, n_jobs=1)
        forest.fit(features[seen], target[seen])
        predicted[unseen] = forest.predict(features[unseen])
        judged = permutation_importance(
            forest,
            features[unseen],
            target[unseen],
            scoring="neg_mean_squared_error",
            n_repeats=_REPEATS,
            random_state=_SEED,
            n_jobs=1,
        )
        falls.append(judged.importances)
    score = 1 - float(np.mean((target - predicted) ** 2) / np.var(target))
    return score, _shares(np.concatenate(falls, axis=1)), _describe_cut(len(chosen), len(everything))


def _describe_cut(used: int, runs: int) -> str:
    return f"The forest was grown over {used} of {runs} runs, spread evenly." if used < runs else ""


def _shares(falls: Numbers) -> list[Share]:
    """Return each param's share of all the harm that shuffling does, from one row of measurements a param."""
    harm = np.clip(falls.mean(axis=1), 0, None)
    whole = float(harm.sum()) or 1.0
    return [(float(mean) / whole, float(row.std()) / whole) for mean, row in zip(harm, falls, strict=True)]


def _texts(column: RunColumn, there: npt.NDArray[np.bool_]) -> list[str | None]:
    values: list[str | None] = [*(column.values or []), None]
    index = np.array(column.index or [], np.int64)
    return [values[code] for code in index[there]]


def _read_number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return {"true": 1.0, "false": 0.0}.get(text.lower())


def _code_texts(texts: list[str | None]) -> Numbers:
    """Return codes of texts by the alphabet: an order by the metric would tell the forest what it has to find out."""
    codes = {text: float(code) for code, text in enumerate(sorted({text for text in texts if text is not None}))}
    return np.array([math.nan if text is None else codes[text] for text in texts])


def _rank(values: Numbers) -> Numbers:
    """Return ranks, ties sharing their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    means: Numbers = ends - (counts - 1) / 2
    return means[inverse]


def _fill(values: Numbers) -> Numbers:
    """Return finite values: where a run has none, something below all others; infinities as the extremes."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    space = (high - low) or 1.0
    return np.nan_to_num(values, nan=low - space, posinf=high + space, neginf=low - space / 2)
