"""What our autologging logs of Lightning and Keras is what the real mlflow's logs, with the differences listed."""

from collections.abc import Iterator
from typing import Any

import pytest

from compat.case_process import Logged, log_with_both
from compat.client_process import HERE, checks_in

SCRIPT = HERE / "deep_cases.py"
CASES = checks_in(SCRIPT, "case_")

STOPPING = {
    "case_lightning_stops_early_and_tests": (
        {"monitor", "mode", "patience", "min_delta", "stopped_epoch"},
        {"stopped_epoch", "restored_epoch", "best_score", "wait_count"},
    ),
    "case_keras_stops_early": (
        {"monitor", "min_delta", "patience", "baseline", "restore_best_weights"},
        {"stopped_epoch", "restored_epoch"},
    ),
}
"""Params and metrics of early stopping, which mlflow logs for `pytorch_lightning` and tf.keras only."""

MEASURED_TWICE = "validation_"
"""mlflow logs these at step 0 in every epoch of Keras; we log them at the epoch."""

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Logged, Logged]]:
    folder = tmp_path_factory.mktemp("deep")
    with log_with_both("frameworks", SCRIPT, folder, by_pip=True, KERAS_BACKEND="torch") as found:
        yield found


@pytest.mark.parametrize("case", CASES)
def test_params_files_and_datasets_are_the_same(logged: tuple[Any, Any], case: str) -> None:
    (ours,), (theirs,) = (side[case] for side in logged)

    more = ours["params"].keys() - theirs["params"].keys()
    assert more == STOPPING.get(case, (set(), set()))[0]
    assert {key: value for key, value in ours["params"].items() if key not in more} == theirs["params"]
    assert (ours["status"], ours["flavor"], ours["mode"]) == ("FINISHED", theirs["flavor"], theirs["mode"])
    assert ours["artifacts"] == theirs["artifacts"]
    assert ours["files"] == theirs["files"]
    if case.startswith("case_lightning"):
        assert not theirs["datasets"]  # which we take from a loader that holds all of its data
        assert {entry[1] for entry in ours["datasets"]} <= {"train", "eval"}
        assert ours["datasets"]
    elif "validation" not in case and "stops" not in case:
        assert ours["datasets"] == theirs["datasets"]


@pytest.mark.parametrize("case", CASES)
def test_metrics_have_the_same_points(logged: tuple[Any, Any], case: str) -> None:
    (ours,), (theirs,) = (side[case] for side in logged)

    assert ours["points"].keys() - theirs["points"].keys() == STOPPING.get(case, (set(), set()))[1]
    for key, points in theirs["points"].items():
        values = [pytest.approx(value) for _, value in points]
        found = ours["points"][key][: len(points)]
        assert [value for _, value in found] == values
        if not key.startswith(MEASURED_TWICE):
            assert [step for step, _ in found] == [step for step, _ in points]
