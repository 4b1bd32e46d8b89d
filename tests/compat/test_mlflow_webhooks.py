"""The real mlflow client's verbs about webhooks, against our server on a real socket that sends to a real receiver."""

import base64
import hashlib
import hmac
from collections.abc import Iterator

import pytest

import headwater as hw
from compat.client_process import HERE, Session, checks_in, run_checks
from headwater.config import WEBHOOK_PRIVATE_HOSTS
from headwater.testing.receiver import Received, Receiver, running_receiver

SCRIPT = HERE / "mlflow_webhooks.py"
CHECKS = checks_in(SCRIPT)

pytestmark = [pytest.mark.compat, pytest.mark.slow]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Return a receiver on this machine, which may be sent to."""
    with pytest.MonkeyPatch.context() as patch, running_receiver() as running:
        patch.setenv(WEBHOOK_PRIVATE_HOSTS.name, "127.0.0.1")
        yield running


@pytest.fixture(scope="module")
def session(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Run every check in one process of the client."""
    folder = tmp_path_factory.mktemp("mlflow-3")
    client = hw.Client(f"sqlite:///{folder / 'headwater.db'}")
    client.create_webhook("ours", receiver.url, ["run.failed", "alert.raised"])
    client.create_webhook("both", receiver.url, ["run.failed", "model_version.created"])
    client.create_webhook("told", receiver.url, hw_events(), secret="s3cret")
    with run_checks("mlflow-3", SCRIPT, folder, variables={"RECEIVER_URL": receiver.url}) as found:
        yield found


def hw_events() -> list[str]:
    """Return the events of models that MLflow knows."""
    kinds = ("registered_model.created", "model_version.created")
    return [*kinds, *(f"model_version_{part}" for part in ("tag.set", "tag.deleted", "alias.created", "alias.deleted"))]


@pytest.mark.parametrize("check", CHECKS)
def test_client_and_server_understand_each_other(session: Session, check: str) -> None:
    assert not session.report[check], session.report[check]


def test_what_the_client_does_reaches_the_receiver_signed(session: Session, receiver: Receiver) -> None:
    told: list[Received] = []
    while len(told) < 6:
        request = receiver.take()
        if request.message["data"]["name"] == "told" and "x-mlflow-signature" in request.headers:
            told.append(request)

    assert [request.event for request in told] == hw_events()
    for request in told:
        headers = request.headers
        content = f"{headers['x-mlflow-delivery-id']}.{headers['x-mlflow-timestamp']}.".encode() + request.body
        digest = base64.b64encode(hmac.digest(b"s3cret", content, hashlib.sha256)).decode()
        assert headers["x-mlflow-signature"] == f"v1,{digest}"
