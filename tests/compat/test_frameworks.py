"""Other libraries' callbacks for MLflow, with the real client on our server, and with our client in its place."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater
from compat.client_process import HERE, Session, checks_in, run_checks

CALLBACKS = HERE / "framework_callbacks.py"
FLAVORS = HERE / "framework_flavors.py"
SOURCE = Path(headwater.__file__).parents[1]
STANDING_IN = {"HEADWATER_STANDS_IN": "1", "PYTHONPATH": str(SOURCE)}

pytestmark = [pytest.mark.compat, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module", params=["real client", "standing in"])
def callbacks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    variables = STANDING_IN if request.param == "standing in" else {}
    with run_checks("frameworks", CALLBACKS, tmp_path_factory.mktemp("f"), by_pip=True, variables=variables) as found:
        yield found


@pytest.fixture(scope="module")
def flavors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with run_checks("frameworks", FLAVORS, tmp_path_factory.mktemp("f"), by_pip=True) as found:
        yield found


@pytest.mark.parametrize("check", checks_in(CALLBACKS))
def test_callbacks_of_other_libraries_log_as_they_do_to_mlflow(callbacks: Session, check: str) -> None:
    assert not callbacks.report[check], callbacks.report[check]


@pytest.mark.parametrize("check", checks_in(FLAVORS))
def test_callbacks_of_mlflow_log_to_our_server(flavors: Session, check: str) -> None:
    assert not flavors.report[check], flavors.report[check]
