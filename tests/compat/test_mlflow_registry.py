"""The real mlflow clients' verbs of the model registry, against our server on a real socket."""

from collections.abc import Iterator

import pytest

from compat.client_process import HERE, Session, checks_in, run_checks

SCRIPT = HERE / "mlflow_registry.py"
CHECKS = checks_in(SCRIPT)

pytestmark = [pytest.mark.compat, pytest.mark.slow]


@pytest.fixture(scope="module", params=["mlflow-3", "mlflow-2"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Run every check in one process of the client."""
    with run_checks(request.param, SCRIPT, tmp_path_factory.mktemp(request.param)) as found:
        yield found


@pytest.mark.parametrize("check", CHECKS)
def test_client_and_server_understand_each_other(session: Session, check: str) -> None:
    assert not session.report[check], session.report[check]
