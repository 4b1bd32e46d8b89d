"""The real `AuthServiceClient` of MLflow, against our server on a real socket."""

from contextlib import closing
from pathlib import Path

import pytest

from compat.client_process import HERE, report_of
from headwater.protocol.users import CreateUser
from headwater.stores import open_store
from headwater.testing.servers import live_server

SCRIPT = HERE / "mlflow_auth.py"
PASSWORD = "an administrator's own words"

pytestmark = [pytest.mark.compat, pytest.mark.slow]


@pytest.mark.parametrize("client", ["mlflow-auth-3", "mlflow-auth-2"])
def test_users_permissions_and_roles_are_managed_by_the_client(client: str, tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'h.db'}")) as store:
        store.users.create(CreateUser("admin", PASSWORD, is_admin=True))
        variables = {
            "MLFLOW_TRACKING_USERNAME": "admin",
            "MLFLOW_TRACKING_PASSWORD": PASSWORD,
            "PYTHONWARNINGS": "ignore",
        }
        with live_server(store, authentication=True) as url:
            report = report_of(client, SCRIPT, tmp_path, url, variables, by_pip=True)

    assert len(report) == 5
    assert not any(report.values()), report
