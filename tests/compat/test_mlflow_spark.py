"""What our autologging logs of Spark ML is what the real mlflow's logs, with the differences listed."""

from collections.abc import Iterator
from typing import Any

import pytest

from compat.case_process import Logged, log_with_both
from compat.client_process import HERE, SHORT_LIVED_JAVA, checks_in

SCRIPT = HERE / "spark_cases.py"
CASES = checks_in(SCRIPT, "case_")

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Logged, Logged]]:
    folder = tmp_path_factory.mktemp("spark")
    with log_with_both("frameworks", SCRIPT, folder, by_pip=True, **SHORT_LIVED_JAVA) as found:
        yield found


def _in_order(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(runs, key=lambda run: (len(run["artifacts"]), str(sorted(run["params"].items()))))


@pytest.mark.parametrize("case", CASES)
def test_runs_hold_the_same(logged: tuple[Any, Any], case: str) -> None:
    ours, theirs = (_in_order(side[case]) for side in logged)

    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine["params"] == other["params"]
        assert (mine["status"], mine["flavor"]) == ("FINISHED", other["flavor"])
        assert mine["artifacts"] == other["artifacts"]
        assert mine["files"] == other["files"]
        assert mine["points"].keys() == other["points"].keys()
        for key, points in other["points"].items():
            assert mine["points"][key] == [[step, pytest.approx(value)] for step, value in points]


@pytest.mark.parametrize("case", CASES)
def test_datasets_name_the_same_columns(logged: tuple[Any, Any], case: str) -> None:
    """mlflow adds how many rows there are about, for which it runs a job over all of them."""
    ours, theirs = (_in_order(side[case]) for side in logged)

    for mine, other in zip(ours, theirs, strict=True):
        assert [entry[:3] for entry in mine["datasets"]] == [entry[:3] for entry in other["datasets"]]
