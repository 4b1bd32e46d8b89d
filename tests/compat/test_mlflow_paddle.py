"""What our autologging logs of PaddlePaddle is what the real mlflow's logs, with the differences listed."""

from collections.abc import Iterator
from typing import Any

import pytest

from compat.case_process import Logged, log_with_both
from compat.client_process import HERE, checks_in

SCRIPT = HERE / "paddle_cases.py"
CASES = checks_in(SCRIPT, "case_")

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Logged, Logged]]:
    with log_with_both("flavors", SCRIPT, tmp_path_factory.mktemp("paddle")) as found:
        yield found


@pytest.mark.parametrize("case", CASES)
def test_params_and_metrics_are_the_same(logged: tuple[Any, Any], case: str) -> None:
    (ours,), (theirs,) = (side[case] for side in logged)

    assert ours["params"] == theirs["params"]
    assert (ours["status"], ours["flavor"]) == ("FINISHED", theirs["flavor"])
    assert ours["points"].keys() == theirs["points"].keys()
    for key, points in theirs["points"].items():
        assert ours["points"][key] == [[step, pytest.approx(value)] for step, value in points]


@pytest.mark.parametrize("case", CASES)
def test_the_summary_is_that_of_paddle(logged: tuple[Any, Any], case: str) -> None:
    """mlflow keeps the counts of params only."""
    (ours,), (theirs,) = (side[case] for side in logged)

    assert ours["artifacts"] == theirs["artifacts"] == ["model_summary.txt"]
    assert "Total params: 4" in ours["files"]["model_summary.txt"]
