"""Metrics under many weightings at once are scikit-learn's, one by one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.models.evaluation.resampling import Resampling, compare, resample
from headwater.models.measuring.measures import measures_of
from headwater.models.measuring.outcome import Outcome, classify, regress
from headwater.models.measuring.weighings import Rows, Weighing

WEIGHTINGS = 7


def make_outcome(random: np.random.Generator, kind: int, rows: int, average: str) -> Outcome:
    """Return an outcome of `kind` classes, or of a regressor for 0; probabilities tie often."""
    if not kind:
        truth = random.normal(size=rows)
        return regress(truth, truth + random.normal(size=rows).round(1))
    truth = np.concatenate([np.arange(kind), random.integers(0, kind, rows - kind)])
    chances = random.integers(1, 6, (rows, kind)).astype(float)
    chances /= chances.sum(axis=1, keepdims=True)
    names = np.array([f"label {number}" for number in range(kind)])
    predicted = names[chances.argmax(axis=1)]
    return classify(names[truth], predicted, probabilities=chances, classes=names, average=average)


def with_weights(outcome: Outcome, weights: Any) -> Outcome:
    from dataclasses import replace

    return replace(outcome, weights=weights)


@pytest.mark.parametrize("average", ["weighted", "macro", "micro"])
@pytest.mark.parametrize("kind", [0, 2, 3, 5])
@given(seed=st.integers(0, 10_000), rows=st.integers(12, 60))
@settings(max_examples=15, deadline=None)
def test_a_weighing_gives_what_sklearn_gives_with_these_weights(kind: int, average: str, seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    outcome = make_outcome(random, kind, rows, average)
    weights = random.uniform(0.1, 3, (WEIGHTINGS, rows))
    weighing = Weighing(Rows(outcome), weights)

    for row in measures_of(outcome):
        if row.weighted is None or (average == "micro" and row.name == "roc_auc"):
            continue
        together = row.weighted(weighing)
        one_by_one = [row.value(with_weights(outcome, some)) for some in weights]

        assert together == pytest.approx(one_by_one, rel=1e-9, abs=1e-12), row.name


@pytest.mark.parametrize("kind", [0, 2, 4])
def test_a_weighing_of_whole_counts_gives_what_sklearn_gives_for_the_rows_that_were_drawn(kind: int) -> None:
    random = np.random.default_rng(3)
    outcome = make_outcome(random, kind, 80, "macro")
    drawn = random.integers(0, 80, (WEIGHTINGS, 80))
    counts = np.array([np.bincount(some, minlength=80) for some in drawn], dtype=float)
    weighing = Weighing(Rows(outcome), counts)

    for row in measures_of(outcome):
        if row.weighted is not None:
            assert row.weighted(weighing) == pytest.approx([row.value(outcome.rows(some)) for some in drawn]), row.name


def test_what_is_not_defined_for_a_weighting_is_nan() -> None:
    outcome = classify([0, 0, 1, 1], [0, 1, 1, 1], probabilities=[[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])
    constant = regress([2.0, 2.0, 5.0], [2.0, 3.0, 5.0])
    only_negatives = Weighing(Rows(outcome), np.array([[1.0, 1.0, 0.0, 0.0]]))
    no_spread = Weighing(Rows(constant), np.array([[1.0, 1.0, 0.0]]))

    values = {row.name: row.weighted(only_negatives)[0] for row in measures_of(outcome) if row.weighted}
    numbers = {row.name: row.weighted(no_spread)[0] for row in measures_of(constant) if row.weighted}

    assert np.isnan(values["roc_auc"])
    assert np.isnan(values["precision_recall_auc"])
    assert values["accuracy_score"] == 0.5
    assert np.isnan(numbers["r2_score"])
    assert numbers["max_error"] == 1.0


def test_an_interval_holds_the_true_accuracy_about_as_often_as_it_says() -> None:
    how = Resampling(300, 0.9, 0)
    hits = 0
    for seed in range(120):
        random = np.random.default_rng(seed)
        truth = random.integers(0, 2, 200)
        predicted = np.where(random.random(200) < 0.8, truth, 1 - truth)
        outcome = classify(truth, predicted)
        value = float(np.mean(truth == predicted))

        interval = resample(outcome, {"accuracy_score": value}, how)["accuracy_score"]

        hits += interval.low <= 0.8 <= interval.high

    assert 0.82 <= hits / 120 <= 0.97


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    outcome = make_outcome(np.random.default_rng(0), 0, 60, "weighted")
    values = {"mean_absolute_error": 1.0}

    first, same, other = (resample(outcome, values, Resampling(200, 0.95, seed)) for seed in (1, 1, 2))

    assert first == same
    assert first != other


def test_a_difference_is_resampled_by_the_same_rows() -> None:
    truth = np.arange(100.0)
    model, baseline = regress(truth, truth + 1), regress(truth, truth + 3)
    ours, theirs = {"mean_absolute_error": 1.0}, {"mean_absolute_error": 3.0}

    found = compare(model, baseline, ours, theirs, Resampling(100, 0.95, 0))["mean_absolute_error"]

    assert (found.value, found.baseline, found.difference) == (1.0, 3.0, -2.0)
    assert (found.low, found.high) == pytest.approx((-2.0, -2.0))
    assert found.share_better == 1.0
