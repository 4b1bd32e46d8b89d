"""The contract of the flavor for fastai, beside fastai's tabular part and MLflow 2.22, the last that had the flavor."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater
from compat.client_process import CACHE, HERE, Session, run_checks
from compat.flavor_checks import list_checks
from headwater.testing.environments import environment_python

CONTRACT = HERE / "fastai_contract.py"
SOURCE = Path(headwater.__file__).parents[1]
PAIRS = list_checks(HERE / "fastai_rows.py")

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Run every check in one process, with MLflow 2.22 before the one of the environment."""
    older = environment_python(HERE / "writers" / "mlflow-2-alone.txt", CACHE, by_pip=True)
    (packages,) = older.parents[1].glob("lib/python3*/site-packages")
    variables = {"PYTHONPATH": os.pathsep.join([str(SOURCE), str(packages)]), "PYTHONWARNINGS": "ignore"}
    folder = tmp_path_factory.mktemp("fastai")
    with run_checks("frameworks", CONTRACT, folder, by_pip=True, checks=PAIRS, variables=variables) as found:
        yield found


@pytest.mark.parametrize("name", PAIRS)
def test_fastai_keeps_the_contract_of_flavors(session: Session, name: str) -> None:
    assert not session.report[name], session.report[name]
