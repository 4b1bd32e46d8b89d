"""A server tells webhooks by itself, whatever they do; and over the wire nobody learns what is not his to know."""

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import urllib3

from headwater.config import WEBHOOK_PRIVATE_HOSTS, WEBHOOK_TIMEOUT_S
from headwater.protocol.webhook_events import WebhookEvent
from headwater.protocol.webhooks import (
    CreateWebhook,
    DeliveryStatus,
)
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.contract_webhooks import make_webhook
from headwater.testing.receiver import Receiver, running_receiver
from headwater.testing.servers import live_server
from headwater.testing.stores import make_run

FAST = {"courier_s": 0.02}


@pytest.fixture(autouse=True)
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Return a receiver on this machine, which may be sent to."""
    monkeypatch.setenv(WEBHOOK_PRIVATE_HOSTS.name, "127.0.0.1")
    monkeypatch.setenv(WEBHOOK_TIMEOUT_S.name, "60")
    with running_receiver() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a new store, which the test may close before."""
    made = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    yield made
    made.close()


def call(method: str, url: str, body: Any = None) -> tuple[int, Any]:
    """Return the status and what the answer says."""
    headers = {"content-type": "application/json"}
    data = None if body is None else json.dumps(body)
    response = urllib3.request(method, url, body=data, headers=headers, retries=False)
    return response.status, json.loads(response.data)


def test_a_server_sends_by_itself(store: Store, receiver: Receiver) -> None:
    make_webhook(store, receiver, ["run.created"])
    with live_server(store, **FAST):
        run_id = make_run(store)

        assert receiver.take().message["data"]["run_id"] == run_id


def test_a_webhook_that_hangs_holds_up_no_other(store: Store, receiver: Receiver) -> None:
    with running_receiver() as hanging:
        for number in range(3):
            hanging.answer("hang")
            make_webhook(store, hanging, ["run.created"], name=f"hanging-{number}")
        make_webhook(store, receiver, ["run.created"])
        with live_server(store, **FAST):
            for _ in range(5):
                make_run(store)

            assert [receiver.take().event for _ in range(5)] == ["run.created"] * 5


def test_a_server_stops_while_a_webhook_hangs_and_the_next_one_goes_on(
    store: Store, receiver: Receiver, tmp_path: Path
) -> None:
    webhook = make_webhook(store, receiver, ["run.created"])
    receiver.answer("hang")
    with live_server(store, **FAST):
        make_run(store)
        begun = receiver.take()
        stopped = time.monotonic()
    store.close()
    assert time.monotonic() - stopped < 10

    again = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    with live_server(again, **FAST):
        assert receiver.take().headers["x-mlflow-delivery-id"] == begun.headers["x-mlflow-delivery-id"]
    again.close()
    assert webhook.webhook_id


def test_what_happened_without_a_server_is_sent_by_the_next_one(store: Store, receiver: Receiver) -> None:
    make_webhook(store, receiver, ["run.created"])
    names = ["a", "b", "c"]
    for name in names:
        make_run(store, name=name)

    with live_server(store, **FAST):
        assert [receiver.take().message["data"]["run_name"] for _ in names] == names


def test_two_servers_of_one_database_send_each_event_once(store: Store, receiver: Receiver, tmp_path: Path) -> None:
    make_webhook(store, receiver, ["run.created"])
    other = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    names = [f"run-{number:02}" for number in range(20)]
    with live_server(store, **FAST), live_server(other, **FAST):
        for name in names:
            make_run(store, name=name)

        assert [receiver.take().message["data"]["run_name"] for _ in names] == names
    other.close()

    assert receiver.count == len(names)


def test_the_secret_is_told_in_no_answer(store: Store, receiver: Receiver) -> None:
    with live_server(store, courier_s=600) as url:
        base = f"{url}/api/2.0/mlflow/webhooks"
        events = [{"entity": "MODEL_VERSION", "action": "CREATED"}, {"entity": "RUN", "action": "FAILED"}]
        made = call("POST", base, {"name": "a", "url": receiver.url, "events": events, "secret": "s3cret"})
        webhook_id = made[1]["webhook"]["webhook_id"]
        one = f"{base}/{webhook_id}"
        answers = [
            made,
            call("GET", one),
            call("GET", base),
            call("PATCH", one, {"webhook_id": webhook_id, "secret": "s3cret2", "description": "for CI"}),
            call("POST", f"{one}/test", {}),
            call("GET", f"{url}/api/headwater/1/webhooks/deliveries"),
        ]

        assert [status for status, _ in answers] == [200] * 6
        assert "s3cret" not in json.dumps(answers)
        assert made[1]["webhook"]["events"] == events[:1]
        assert made[1]["webhook"]["headwater_events"] == events[1:]
        assert "description" not in made[1]["webhook"]
        assert answers[3][1]["webhook"]["description"] == "for CI"
        assert answers[4][1] == {"result": {"success": True, "response_status": 200}}
        assert receiver.take().headers["x-mlflow-signature"].startswith("v1,")
        assert call("DELETE", one) == (200, {})
        assert call("DELETE", one)[0] == 404


def test_enumerations_may_be_numbers_as_protobuf_has_them(store: Store, receiver: Receiver) -> None:
    with live_server(store, courier_s=600) as url:
        body = {"name": "a", "url": receiver.url, "events": [{"entity": 3, "action": 4}], "status": 2}
        webhook = call("POST", f"{url}/ajax-api/2.0/mlflow/webhooks", body)[1]["webhook"]

    assert webhook["events"] == [{"entity": "MODEL_VERSION_TAG", "action": "SET"}]
    assert webhook["status"] == "DISABLED"


def test_a_server_is_no_way_into_its_network(store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WEBHOOK_PRIVATE_HOSTS.name)
    with live_server(store, courier_s=600) as url:
        for target in (receiver.url, url.replace("http:", "https:"), "https://169.254.169.254/latest/meta-data/"):
            body = {"name": "a", "url": target, "events": [{"entity": "RUN", "action": "FAILED"}]}
            status, answer = call("POST", f"{url}/api/2.0/mlflow/webhooks", body)

            assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
            assert "is not on the public internet" in answer["message"]
    assert receiver.count == 0


def test_a_test_tells_nothing_of_what_stands_in_the_network(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = make_webhook(store, receiver)
    monkeypatch.delenv(WEBHOOK_PRIVATE_HOSTS.name)
    with live_server(store, courier_s=600) as url:
        status, answer = call("POST", f"{url}/api/2.0/mlflow/webhooks/{webhook.webhook_id}/test", {})

    assert (status, answer["result"]["success"]) == (200, False)
    assert "response_status" not in answer["result"]
    assert receiver.count == 0


def test_a_database_that_fails_for_a_while_does_not_end_the_sending(
    store: Store, receiver: Receiver, tmp_path: Path
) -> None:
    make_webhook(store, receiver, ["run.created"])
    logged = _LoggedErrors()
    logger = logging.getLogger("headwater.server.couriers")
    logger.addHandler(logged)
    with closing(sqlite3.connect(tmp_path / "headwater.db", isolation_level=None)) as database:
        database.execute("ALTER TABLE webhook RENAME TO hidden")
        with live_server(store, **FAST):
            assert logged.came.wait(20)
            database.execute("ALTER TABLE hidden RENAME TO webhook")
            make_run(store)

            assert receiver.take().event == "run.created"
    logger.removeHandler(logged)


class _LoggedErrors(logging.Handler):
    """Remembers that an error was logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.came = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        self.came.set()


def test_the_statuses_of_the_log_are_told_by_name(store: Store, receiver: Receiver) -> None:
    store.webhooks.create(CreateWebhook("a", receiver.url, [WebhookEvent.from_str("run.created")]))
    make_run(store)
    with live_server(store, courier_s=600) as url:
        deliveries = f"{url}/api/headwater/1/webhooks/deliveries"

        waiting = call("GET", f"{deliveries}?status=WAITING")[1]["deliveries"]
        done = call("POST", f"{url}/api/headwater/1/webhooks/deliver", {})[1]
        delivered = call("GET", f"{deliveries}?status=DELIVERED")[1]["deliveries"]

    assert [delivery["status"] for delivery in waiting] == [DeliveryStatus.WAITING]
    assert done == {"delivered": 1, "failed": 0, "waiting": 0}
    assert [delivery["delivery_id"] for delivery in delivered] == [waiting[0]["delivery_id"]]
