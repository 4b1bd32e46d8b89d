"""What our autologging logs of `tf.keras` is what the real mlflow's logs, with the differences listed."""

from collections.abc import Iterator
from typing import Any

import pytest

from compat.case_process import Logged, log_with_both
from compat.client_process import HERE, checks_in

SCRIPT = HERE / "tensorflow_cases.py"
CASES = checks_in(SCRIPT, "case_")

MEASURED_TWICE = "validation_"
"""mlflow logs these at step 0 in every epoch; we log them at the epoch."""

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Logged, Logged]]:
    folder = tmp_path_factory.mktemp("tensorflow")
    with log_with_both("frameworks", SCRIPT, folder, by_pip=True, KERAS_BACKEND="tensorflow") as found:
        yield found


@pytest.mark.parametrize("case", CASES)
def test_params_files_and_checkpoints_are_the_same(logged: tuple[Any, Any], case: str) -> None:
    (ours,), (theirs,) = (side[case] for side in logged)

    assert ours["params"] == theirs["params"]
    assert (ours["status"], ours["flavor"]) == ("FINISHED", theirs["flavor"])
    assert ours["artifacts"] == theirs["artifacts"]
    assert ours["files"] == theirs["files"]
    assert ours["below"] == theirs["below"]


@pytest.mark.parametrize("case", CASES)
def test_metrics_have_the_same_points(logged: tuple[Any, Any], case: str) -> None:
    (ours,), (theirs,) = (side[case] for side in logged)

    assert ours["points"].keys() == theirs["points"].keys()
    for key, points in theirs["points"].items():
        found = ours["points"][key]
        assert [value for _, value in found] == [pytest.approx(value) for _, value in points]
        if not key.startswith(MEASURED_TWICE):
            assert [step for step, _ in found] == [step for step, _ in points]
