"""Autologging of boosting and statistics beside the real libraries: models, callbacks, failures, options."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater
from compat.client_process import HERE, Session, checks_in, run_checks

CHECKS = HERE / "training_checks.py"
SOURCE = Path(headwater.__file__).parents[1]

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    variables = {"PYTHONPATH": str(SOURCE), "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "1"}
    with run_checks("flavors", CHECKS, tmp_path_factory.mktemp("training"), variables=variables) as found:
        yield found


@pytest.mark.parametrize("name", checks_in(CHECKS))
def test_autologging_of_boosting_and_statistics(session: Session, name: str) -> None:
    assert not session.report[name], session.report[name]
