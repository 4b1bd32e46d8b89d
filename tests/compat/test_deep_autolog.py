"""Autologging of networks beside Lightning, Keras and Transformers: models, checkpoints, failures, options."""

from collections.abc import Iterator

import pytest

from compat.case_process import SOURCE
from compat.client_process import HERE, Session, checks_in, run_checks

CHECKS = HERE / "deep_checks.py"
TRAINERS = HERE / "trainer_checks.py"
VARIABLES = {"PYTHONPATH": str(SOURCE), "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "1", "KERAS_BACKEND": "torch"}

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("deep")
    with run_checks("frameworks", CHECKS, folder, by_pip=True, variables=VARIABLES) as found:
        yield found


@pytest.mark.parametrize("name", checks_in(CHECKS))
def test_autologging_of_networks(session: Session, name: str) -> None:
    assert not session.report[name], session.report[name]


@pytest.fixture(scope="module")
def trainers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("trainers")
    with run_checks("frameworks", TRAINERS, folder, by_pip=True, variables=VARIABLES) as found:
        yield found


@pytest.mark.parametrize("name", checks_in(TRAINERS))
def test_autologging_of_trainers(trainers: Session, name: str) -> None:
    assert not trainers.report[name], trainers.report[name]
