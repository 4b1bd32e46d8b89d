"""The contract of the flavors of deep learning and of servers in Java, beside their frameworks and the real MLflow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import headwater
from compat.client_process import HERE, SHORT_LIVED_JAVA, Session, checks_in, run_checks
from compat.flavor_checks import list_checks

CONTRACT = HERE / "deep_contract.py"
SOURCE = Path(headwater.__file__).parents[1]
PAIRS = list_checks(HERE / "deep_rows.py")
DETAILS = [*checks_in(HERE / "deep_details.py"), *checks_in(HERE / "deep_more.py")]

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Run every check of every row in one process, without hubs, and without compiling what runs only once."""
    variables = {
        "PYTHONPATH": str(SOURCE),
        "PYTHONWARNINGS": "ignore",
        "HF_HUB_OFFLINE": "1",
        "NUMBA_DISABLE_JIT": "1",
        "OMP_NUM_THREADS": "1",
        "SPARK_LOCAL_IP": "127.0.0.1",
        **SHORT_LIVED_JAVA,
    }
    folder = tmp_path_factory.mktemp("deep")
    checks = [*PAIRS, *DETAILS]
    given: Any = {"by_pip": True, "checks": checks, "variables": variables}
    with run_checks("frameworks", CONTRACT, folder, timeout_s=800, **given) as found:
        yield found


@pytest.mark.parametrize("name", PAIRS)
def test_flavors_keep_their_contract(session: Session, name: str) -> None:
    assert not session.report[name], session.report[name]


@pytest.mark.parametrize("name", DETAILS)
def test_flavors_do_what_is_special_to_them(session: Session, name: str) -> None:
    assert not session.report[name], session.report[name]
