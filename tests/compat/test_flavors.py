"""Every flavor's contract, beside its framework and the real MLflow, with models of MLflow 1, 2 and 3."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater
from compat.client_process import CACHE, HERE, Session, checks_in, run_checks
from compat.flavor_checks import list_checks
from headwater.testing.environments import environment_python

CONTRACT = HERE / "flavor_contract.py"
SOURCE = Path(headwater.__file__).parents[1]
DETAILS = checks_in(HERE / "flavor_details.py")
PAIRS = list_checks(HERE / "flavor_rows.py")

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Run every check of every row in one process, after older MLflows saved their models."""
    older = tmp_path_factory.mktemp("older")
    for writer in ("mlflow-1", "mlflow-2"):
        _save_with(writer, older)
    variables = {"PYTHONPATH": str(SOURCE), "OLDER_MODELS": str(older), "PYTHONWARNINGS": "ignore"}
    folder = tmp_path_factory.mktemp("flavors")
    with run_checks("flavors", CONTRACT, folder, checks=[*PAIRS, *DETAILS], variables=variables) as found:
        yield found


@pytest.mark.parametrize("name", PAIRS)
def test_flavors_keep_their_contract(session: Session, name: str) -> None:
    assert not session.report[name], session.report[name]


@pytest.mark.parametrize("name", DETAILS)
def test_flavors_do_what_is_special_to_them(session: Session, name: str) -> None:
    assert not session.report[name], session.report[name]


def _save_with(writer: str, older: Path) -> None:
    folder = older / writer
    folder.mkdir()
    python = environment_python(HERE / "writers" / f"{writer}.txt", CACHE)
    subprocess.run(
        [str(python), str(HERE / "flavor_writes.py"), str(folder)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_PYTHON_REFRESH": "quiet"},
        capture_output=True,
        check=True,
        timeout=200,
    )
