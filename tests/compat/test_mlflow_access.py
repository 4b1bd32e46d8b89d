"""The real mlflow client and a server that knows its users."""

from contextlib import closing
from pathlib import Path

import pytest

from compat.client_process import HERE, report_of
from headwater.protocol.roles import Level
from headwater.protocol.users import CreateUser
from headwater.stores import open_store
from headwater.testing.servers import live_server
from server.access_world import make_hidden_things, make_token

SCRIPT = HERE / "mlflow_access.py"

pytestmark = [pytest.mark.compat, pytest.mark.slow]


@pytest.mark.parametrize("client", ["mlflow-3", "mlflow-2"])
def test_clients_sign_in_with_a_password_and_with_a_token(client: str, tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'h.db'}")) as store:
        hidden = make_hidden_things(store)
        names = {"HIDDEN_RUN": hidden["run_id"], "HIDDEN_EXPERIMENT": hidden["experiment_id"]}
        store.users.create(CreateUser("ann", "ann has a password"))
        ways = {
            "password": {"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_PASSWORD": "ann has a password"},
            "token": {"MLFLOW_TRACKING_TOKEN": make_token(store, "ann")},
        }
        with live_server(store, authentication=True, default_level=Level.NO_PERMISSIONS) as url:
            for way, variables in ways.items():
                report = report_of(client, SCRIPT, tmp_path, url, {**names, **variables, "WHO": f"ann by {way}"})
                assert not any(report.values()), report
