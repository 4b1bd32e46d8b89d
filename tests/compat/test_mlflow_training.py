"""What our autologging logs of boosting and statistics is what the real mlflow's logs, with the differences listed."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest

from compat.case_process import log_with_both
from compat.client_process import HERE, checks_in

SCRIPT = HERE / "training_cases.py"
CASES = checks_in(SCRIPT, "case_")
Run: TypeAlias = dict[str, Any]

NO_PARAM = {"kwargs"}
"""mlflow logs the class of a missing value for `**kwargs`; we log what was given by them, each by its name."""

BEYOND = {"case_xgboost_forest": {"all"}, "case_xgboost_calls_the_users_callbacks": {"stopping"}}
"""mlflow logs an empty run for XGBoost's random forests, and does not see a callback that stops early."""

OWN_DATA = ("_estimator", "_ranker", "_forest", "case_statsmodels_")
"""Estimators and statistics: we describe the user's own data with their targets; mlflow a copy of them, or none."""

DEEPER = {"case_lightgbm_stops_early", "case_lightgbm_stops_early_by_a_param", "case_lightgbm_custom_metric"}
"""We give data that LightGBM evaluates on without a name the one that its metrics have; mlflow calls them `dataset`."""

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, list[Run]], dict[str, list[Run]]]]:
    """Return what we logged and what mlflow logged, to our server: the runs of each case."""
    with log_with_both("flavors", SCRIPT, tmp_path_factory.mktemp("training")) as found:
        yield found


@pytest.mark.parametrize("case", CASES)
def test_params_artifacts_and_files_are_the_same(logged: tuple[Any, Any], case: str) -> None:
    mine, reference = (side[case] for side in logged)

    assert len(mine) == len(reference)
    for ours, theirs in zip(mine, reference, strict=True):
        assert (ours["status"], ours["flavor"]) == ("FINISHED", theirs["flavor"])
        if "all" in BEYOND.get(case, ()):
            assert (theirs["params"], theirs["artifacts"]) == ({}, [])
            assert (ours["params"]["max_depth"], len(ours["artifacts"])) == ("2", 2)
            continue
        assert ours["params"] == {key: value for key, value in theirs["params"].items() if key not in NO_PARAM}
        assert ours["artifacts"] == theirs["artifacts"]
        assert ours["files"] == theirs["files"]


@pytest.mark.parametrize("case", CASES)
def test_metrics_have_the_same_points(logged: tuple[Any, Any], case: str) -> None:
    mine, reference = (side[case] for side in logged)

    for ours, theirs in zip(mine, reference, strict=True):
        expected = set(theirs["points"])
        is_beyond = "stopping" in BEYOND.get(case, ())
        assert set(ours["points"]) == expected | ({"best_iteration", "stopped_iteration"} if is_beyond else set())
        for key, points in theirs["points"].items():
            found = ours["points"][key][: len(points)]
            assert found == [[step, pytest.approx(value)] for step, value in points]
            assert len(ours["points"][key]) == len(points) + is_beyond


@pytest.mark.parametrize("case", [case for case in CASES if not any(part in case for part in OWN_DATA)])
def test_datasets_are_the_same(logged: tuple[Any, Any], case: str) -> None:
    mine, reference = (side[case] for side in logged)

    for ours, theirs in zip(mine, reference, strict=True):
        if case in DEEPER:
            assert [entry[1] for entry in ours["datasets"]] == ["train", "eval"]
            assert ours["datasets"][0][2] == theirs["datasets"][0][2]
        else:
            assert ours["datasets"] == theirs["datasets"]
