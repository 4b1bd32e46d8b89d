"""Bootstrap intervals: how far metrics, and their differences between two models, would move with other rows."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from headwater.models.measuring.measures import Measure, measures_of
from headwater.models.measuring.outcome import Outcome
from headwater.models.measuring.weighings import Rows, Weighing
from headwater.protocol.errors import InvalidParameterValue

_CELLS = 1 << 17  # weights in memory at once, few enough for the processor's cache


class Interval(NamedTuple):
    """The value of a metric, and the ends between which it lies with the confidence that was asked for."""

    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """A metric of the model beside that of the baseline, on the same rows."""

    value: float
    baseline: float
    difference: float
    low: float
    high: float
    share_better: float
    """In how many resamples the model was better, ties counted half; NaN where no direction is better."""


class Resampling(NamedTuple):
    """How to resample: how often, with which confidence, from which seed."""

    resamples: int
    confidence: float
    seed: int

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless this can be done."""
        if self.resamples < 0 or 0 < self.resamples < 50:
            raise InvalidParameterValue(
                f"Invalid value '{self.resamples}' for `bootstrap`. Give at least 50, or 0 for none."
            )
        if not 0 < self.confidence < 1:
            raise InvalidParameterValue(
                f"Invalid value '{self.confidence}' for `confidence`. Give a share such as 0.95."
            )

    def weightings(self, rows: int, weights: Any) -> Iterator[Any]:
        """Yield matrices of weights, one resample of the rows in each of their rows; the same for the same seed."""
        random = np.random.default_rng(self.seed)
        at_once = max(1, _CELLS // rows)
        for start in range(0, self.resamples, at_once):
            size = min(at_once, self.resamples - start)
            drawn = random.integers(0, rows, (size, rows))
            drawn += (np.arange(size) * rows)[:, None]
            counts = np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows).astype(float)
            yield counts if weights is None else counts * weights

    def ends(self, values: Any) -> tuple[float, float]:
        """Return the quantiles that leave out as much below as above; NaN if the metric is mostly not defined."""
        known = values[np.isfinite(values)]
        if len(known) < len(values) / 2:
            return float("nan"), float("nan")
        low, high = np.quantile(known, [(1 - self.confidence) / 2, (1 + self.confidence) / 2])
        return float(low), float(high)


def resample(outcome: Outcome, values: dict[str, float], how: Resampling) -> dict[str, Interval]:
    """Return the interval of each metric that resampling says something of."""
    drawn = _draw([outcome], how, values)[0]
    return {name: Interval(values[name], *how.ends(found)) for name, found in drawn.items()}


def resample_means(scores: dict[str, Any], how: Resampling) -> dict[str, Interval]:
    """Return the interval of the mean of scores that each row has one of."""
    found: dict[str, Interval] = {}
    for name, values in scores.items():
        means = np.concatenate([drawn @ values / len(values) for drawn in how.weightings(len(values), None)])
        found[name] = Interval(float(np.mean(values)), *how.ends(means))
    return found


def compare(
    outcome: Outcome,
    baseline: Outcome,
    values: dict[str, float],
    baseline_values: dict[str, float],
    how: Resampling,
) -> dict[str, Difference]:
    """Return the difference of each metric that has a better way; both are resampled by the same rows."""
    directions = {row.name: row.greater_is_better for row in measures_of(outcome)} | {"score": True}
    names = {name: value for name, value in values.items() if name in baseline_values and directions[name] is not None}
    ours, theirs = _draw([outcome, baseline], how, names) if how.resamples else ({}, {})
    found = {}
    for name, value in names.items():
        low = high = share = float("nan")
        if name in ours and name in theirs:
            moved = ours[name] - theirs[name]
            low, high = how.ends(moved)
            share = _share_better(moved, directions[name])
        other = baseline_values[name]
        found[name] = Difference(value, other, value - other, low, high, share)
    return found


def _draw(outcomes: list[Outcome], how: Resampling, names: dict[str, float]) -> list[dict[str, Any]]:
    """Return the metrics of each outcome under the same resamples, one value for each resample."""
    rows = [Rows(outcome) for outcome in outcomes]
    wanted = [_resampled(outcome, names) for outcome in outcomes]
    found: list[dict[str, list[Any]]] = [{row.name: [] for row in some} for some in wanted]
    first = outcomes[0]
    for weights in how.weightings(len(first.truth), first.weights):
        for one, some, values in zip(rows, wanted, found, strict=True):
            weighing = Weighing(one, weights)
            for row in some:
                assert row.weighted is not None
                values[row.name].append(row.weighted(weighing))
    return [{name: np.concatenate(parts) for name, parts in values.items()} for values in found]


def _resampled(outcome: Outcome, names: dict[str, float]) -> list[Measure]:
    return [row for row in measures_of(outcome) if row.weighted is not None and row.name in names]


def _share_better(moved: Any, greater_is_better: bool | None) -> float:  # noqa: FBT001 - as the measure says
    known = moved[np.isfinite(moved)]
    if greater_is_better is None or not len(known):
        return float("nan")
    better = known > 0 if greater_is_better else known < 0
    return float(np.mean(better + (known == 0) / 2))
