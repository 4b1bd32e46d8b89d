"""Thresholds: what a model must reach, and what the error tells of one that does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import headwater as hw
from headwater.exceptions import InvalidParameterValue, MlflowException
from headwater.models import EvaluationResult, MetricThreshold
from headwater.models.evaluation import Failure, Interval, ModelValidationFailed, ModelValidationFailedException
from headwater.protocol.errors import ERRORS
from unit.tracking_places import own_place

CANDIDATE = EvaluationResult({"accuracy_score": 0.9, "log_loss": 0.5}, {})
BASELINE = EvaluationResult({"accuracy_score": 0.88, "log_loss": 0.4}, {})


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


@pytest.mark.parametrize(
    "thresholds",
    [
        {"accuracy_score": 0.9, "log_loss": 0.5},
        {"accuracy_score": MetricThreshold(threshold=0.9, greater_is_better=True)},
        {"accuracy_score": MetricThreshold(min_absolute_change=0.02, greater_is_better=True)},
        {"accuracy_score": MetricThreshold(min_relative_change=0.02, greater_is_better=True)},
        {},
    ],
)
def test_a_model_that_reaches_every_threshold_passes(thresholds: dict[str, Any]) -> None:
    hw.validate_evaluation_results(thresholds, CANDIDATE, BASELINE)


def test_the_error_is_a_table_of_what_failed() -> None:
    thresholds: dict[str, Any] = {
        "accuracy_score": MetricThreshold(
            threshold=0.95, min_absolute_change=0.05, min_relative_change=0.1, greater_is_better=True
        ),
        "log_loss": MetricThreshold(threshold=0.1, min_absolute_change=0.1, greater_is_better=False),
        "missing": MetricThreshold(threshold=1, greater_is_better=True),
        "f1_score": 0.5,
    }

    with pytest.raises(ModelValidationFailed) as caught:
        hw.validate_evaluation_results(thresholds, CANDIDATE, BASELINE)

    assert caught.value.message.splitlines() == [
        "The model fails 4 of 4 thresholds.",
        "metric          value  baseline  required    reason",
        "accuracy_score  0.9    -         ≥ 0.95      the value misses the threshold",
        "accuracy_score  0.9    0.88      +0.05       it is better by 0.02 only",
        "accuracy_score  0.9    0.88      +0.1 of it  it is better by 0.0227273 of it only",
        "log_loss        0.5    -         ≤ 0.1       the value misses the threshold",
        "log_loss        0.5    0.4       −0.1        it is worse by 0.1",
        "missing         -      -                     the evaluation has no such metric",
        "f1_score        -      -                     the evaluation has no such metric",
    ]
    assert caught.value.failures[0] == Failure("accuracy_score", 0.9, None, "≥ 0.95", "the value misses the threshold")
    assert caught.value.result is CANDIDATE


def test_a_change_needs_a_baseline() -> None:
    thresholds = {"accuracy_score": MetricThreshold(min_absolute_change=0.1, greater_is_better=True)}

    with pytest.raises(ModelValidationFailedException, match="the baseline has no such metric"):
        hw.validate_evaluation_results(thresholds, CANDIDATE)


def test_a_confident_threshold_is_about_the_end_of_the_interval() -> None:
    thresholds = {"accuracy_score": MetricThreshold(threshold=0.85, greater_is_better=True, confident=True)}
    wide = EvaluationResult({"accuracy_score": 0.9}, {}, intervals={"accuracy_score": Interval(0.9, 0.8, 0.95)})
    narrow = EvaluationResult({"accuracy_score": 0.9}, {}, intervals={"accuracy_score": Interval(0.9, 0.86, 0.95)})

    hw.validate_evaluation_results(thresholds, narrow)
    with pytest.raises(ModelValidationFailed, match=r"the interval reaches 0\.8"):
        hw.validate_evaluation_results(thresholds, wide)
    with pytest.raises(ModelValidationFailed, match="evaluate with bootstrap=1000"):
        hw.validate_evaluation_results(thresholds, CANDIDATE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "`greater_is_better` parameter must be defined"),
        ({"threshold": 1}, "`greater_is_better` parameter must be defined"),
        ({"threshold": 1, "greater_is_better": 1}, "`greater_is_better` parameter must be a boolean"),
        ({"greater_is_better": True}, "no threshold was specified"),
        ({"threshold": "x", "greater_is_better": True}, "`threshold` parameter must be a number"),
        ({"min_absolute_change": -1, "greater_is_better": True}, "`min_absolute_change` parameter must be a positive"),
        ({"min_relative_change": 0, "greater_is_better": True}, "`min_relative_change` parameter must be a positive"),
    ],
)
def test_a_threshold_that_demands_nothing_clear_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameterValue) as caught:
        MetricThreshold(**arguments)

    assert message in caught.value.message


def test_an_evaluation_is_a_gate_that_logs_before_it_refuses() -> None:
    data, truth = np.ones((4, 2)), [1.0, 2.0, 3.0, 4.0]

    passed = hw.evaluate(
        lambda features: truth, data, targets=truth, model_type="regressor", validate={"max_error": 0.1}
    )
    with pytest.raises(ModelValidationFailed) as caught:
        hw.evaluate(
            lambda features: np.zeros(4),
            data,
            targets=truth,
            model_type="regressor",
            validate={"max_error": 0.1, "slices/first/mean_absolute_error": 0.5},
            slices={"first": [True, False, False, False]},
        )

    hw.flush()
    assert hw.get_run(str(passed.run_id)).data.tags["headwater.evaluationGate"] == "passed"
    refused = hw.get_run(caught.value.result.run_id)
    assert refused.data.tags["headwater.evaluationGate"] == "failed"
    assert refused.data.metrics["max_error"] == 4.0
    assert refused.info.status == "FINISHED"
    table = hw.artifacts.load_dict(f"runs:/{refused.info.run_id}/failed_thresholds.json")
    assert [row[0] for row in table["data"]] == ["max_error", "slices/first/mean_absolute_error"]


def test_a_gate_compares_with_the_baseline_of_the_same_evaluation() -> None:
    truth = np.arange(40.0)
    demand = MetricThreshold(min_absolute_change=0.5, greater_is_better=False, confident=True)

    def evaluate(model: Any) -> Any:
        return hw.evaluate(
            model,
            np.ones((40, 1)),
            targets=truth,
            model_type="regressor",
            baseline_model=lambda features: truth + 2,
            validate={"mean_absolute_error": demand},
        )

    result = evaluate(lambda features: truth + 1)
    with pytest.raises(ModelValidationFailed, match=r"it is better by 0\.2 only"):
        evaluate(lambda features: truth + 1.8)
    with pytest.raises(ModelValidationFailed, match="the difference may be"):
        evaluate(lambda features: truth + np.where(np.arange(40) < 2, 20, 0))

    assert result.comparison["mean_absolute_error"].difference == -1.0


def test_no_server_answers_with_the_error_of_a_gate() -> None:
    assert ERRORS["BAD_REQUEST"] is not ModelValidationFailed
    assert issubclass(ModelValidationFailedException, MlflowException)
    assert ModelValidationFailed("no").error_code == "BAD_REQUEST"
