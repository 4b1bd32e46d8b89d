"""Metrics of one outcome under many weightings of its rows at once: resamples and slices, without a loop over them."""

from functools import cached_property
from typing import Any

import numpy as np

from headwater.models.measuring.outcome import Outcome

_EPSILON = np.finfo(np.float64).eps


class Rows:
    """An outcome with its rows in the orders that metrics need, sorted once."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    @cached_property
    def cells(self) -> tuple[Any, Any, Any]:
        """Return the order of rows by truth and prediction, where each new pair begins, and which pair it is."""
        outcome = self.outcome
        cell = outcome.truth * len(outcome.names) + outcome.predicted
        order = np.argsort(cell, kind="stable")
        starts = _starts(cell[order])
        return order, starts, cell[order][starts]

    @cached_property
    def rankings(self) -> list[tuple[Any, Any, Any]]:
        """Return for each class (of two, the positive one) the order by falling probability, ties, and membership."""
        chances = self.outcome.probabilities
        found = []
        for number in [1] if self.outcome.is_binary else range(chances.shape[1]):
            order = np.argsort(-chances[:, number], kind="stable")
            starts = _starts(chances[order, number])
            found.append((order, starts, self.outcome.truth[order] == number))
        return found

    @cached_property
    def surprise(self) -> Any:
        """Return the logarithmic loss of each row."""
        chances = self.outcome.probabilities[np.arange(len(self.outcome.truth)), self.outcome.truth]
        return -np.log(np.clip(chances, _EPSILON, 1 - _EPSILON))

    @cached_property
    def errors(self) -> Any:
        """Return how far off each prediction is."""
        return np.abs(self.outcome.truth - self.outcome.predicted)

    @cached_property
    def by_error(self) -> Any:
        """Return the order of rows by falling error."""
        return np.argsort(-self.errors, kind="stable")


class Weighing:
    """Rows under several weightings: a matrix with a weighting in each row."""

    def __init__(self, rows: Rows, weights: Any) -> None:
        self.rows = rows
        self.weights = weights

    @cached_property
    def total(self) -> Any:
        """Return the sum of each weighting."""
        return self.weights.sum(axis=1)

    @cached_property
    def confusion(self) -> Any:
        """Return a matrix of truth × prediction for each weighting."""
        size = len(self.rows.outcome.names)
        order, starts, cells = self.rows.cells
        found = np.zeros((len(self.weights), size * size))
        found[:, cells] = np.add.reduceat(self.weights[:, order], starts, axis=1)
        return found.reshape(-1, size, size)

    @cached_property
    def prf(self) -> tuple[Any, Any, Any]:
        """Return precision, recall and F1 of each weighting."""
        outcome = self.rows.outcome
        right = np.diagonal(self.confusion, axis1=1, axis2=2)
        said, real = self.confusion.sum(axis=1), self.confusion.sum(axis=2)
        if outcome.pos_label is not None:
            right, said, real = right[:, 1:], said[:, 1:], real[:, 1:]
        elif outcome.average == "micro":
            right, said, real = (some.sum(axis=1, keepdims=True) for some in (right, said, real))
        share = real if outcome.average == "weighted" and outcome.pos_label is None else (said + real > 0)
        parts = (_ratio(right, said), _ratio(right, real), _ratio(2 * right, said + real))
        return tuple(_ratio((part * share).sum(axis=1), share.sum(axis=1)) for part in parts)

    def mean_of(self, values: Any) -> Any:
        """Return the mean of a value of each row."""
        return self.weights @ values / self.total


def accuracy(weighing: Weighing) -> Any:
    """Return the share of rows whose class was said rightly."""
    return np.trace(weighing.confusion, axis1=1, axis2=2) / weighing.total


def precision(weighing: Weighing) -> Any:
    """Return how many of those said to be of a class are."""
    return weighing.prf[0]


def recall(weighing: Weighing) -> Any:
    """Return how many of a class were said to be."""
    return weighing.prf[1]


def f1(weighing: Weighing) -> Any:
    """Return the harmonic mean of precision and recall."""
    return weighing.prf[2]


def log_loss(weighing: Weighing) -> Any:
    """Return the mean logarithmic loss."""
    return weighing.mean_of(weighing.rows.surprise)


def roc_auc(weighing: Weighing) -> Any:
    """Return the area under the ROC curve, of several classes averaged; NaN where a weighting has one class only."""
    areas, shares = [], []
    for order, starts, is_member in weighing.rows.rankings:
        weights = weighing.weights[:, order]
        inside = _sum_ties(weights * is_member, starts)
        outside = _sum_ties(weights * ~is_member, starts)
        below = np.cumsum(outside[:, ::-1], axis=1)[:, ::-1] - outside / 2
        members = inside.sum(axis=1)
        areas.append(_ratio((inside * below).sum(axis=1), members * outside.sum(axis=1), nothing=np.nan))
        shares.append(members)
    if len(areas) == 1:
        return areas[0]
    area, share = np.array(areas), np.array(shares)
    is_known = np.isfinite(area)
    share = np.where(is_known, share if weighing.rows.outcome.average == "weighted" else 1.0, 0.0)
    return _ratio((np.where(is_known, area, 0.0) * share).sum(axis=0), share.sum(axis=0), nothing=np.nan)


def average_precision(weighing: Weighing) -> Any:
    """Return the mean precision over the recalls; NaN where a weighting has no positive row."""
    order, starts, is_member = weighing.rows.rankings[0]
    weights = weighing.weights[:, order]
    inside = _sum_ties(weights * is_member, starts)
    everything = np.cumsum(_sum_ties(weights, starts), axis=1)
    found = _ratio(np.cumsum(inside, axis=1), everything)
    return _ratio((inside * found).sum(axis=1), inside.sum(axis=1), nothing=np.nan)


def absolute_error(weighing: Weighing) -> Any:
    """Return the mean absolute error."""
    return weighing.mean_of(weighing.rows.errors)


def squared_error(weighing: Weighing) -> Any:
    """Return the mean squared error."""
    return weighing.mean_of(weighing.rows.errors**2)


def root_squared_error(weighing: Weighing) -> Any:
    """Return the root of the mean squared error."""
    return np.sqrt(squared_error(weighing))


def percentage_error(weighing: Weighing) -> Any:
    """Return the mean error as a share of the truth."""
    return weighing.mean_of(weighing.rows.errors / np.maximum(np.abs(weighing.rows.outcome.truth), _EPSILON))


def mean(weighing: Weighing) -> Any:
    """Return the mean of the truth."""
    return weighing.mean_of(weighing.rows.outcome.truth)


def r2(weighing: Weighing) -> Any:
    """Return the share of variance that is explained; NaN where there is none."""
    truth = weighing.rows.outcome.truth
    centred = truth - truth.mean()
    spread = weighing.mean_of(centred**2) - weighing.mean_of(centred) ** 2
    spread = np.where(spread > 1e-14 * np.mean(centred**2), spread, 0.0)  # what rounding leaves of nothing
    return 1 - _ratio(squared_error(weighing), spread, nothing=np.nan)


def max_error(weighing: Weighing) -> Any:
    """Return the largest error among the rows that have a weight."""
    order = weighing.rows.by_error
    return weighing.rows.errors[order][np.argmax(weighing.weights[:, order] > 0, axis=1)]


def _starts(values: Any) -> Any:
    """Return where each run of equal values begins."""
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1])


def _sum_ties(weights: Any, starts: Any) -> Any:
    return weights if len(starts) == weights.shape[1] else np.add.reduceat(weights, starts, axis=1)


def _ratio(above: Any, below: Any, *, nothing: float = 0.0) -> Any:
    """Return the quotient, and `nothing` where the divisor is 0."""
    return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, nothing), where=below != 0)
