"""The outbox is emptied at least once, in order, with patience, and by one process at a time."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from headwater.config import WEBHOOK_PRIVATE_HOSTS, WEBHOOK_RETRIES, WEBHOOK_TIMEOUT_S
from headwater.protocol.columns import Sweep
from headwater.protocol.errors import RequestLimitExceeded
from headwater.protocol.runs import RunStatus, UpdateRun
from headwater.protocol.webhook_events import WebhookEvent
from headwater.protocol.webhooks import (
    CreateWebhook,
    Deliver,
    DeliverResponse,
    Delivery,
    DeliveryStatus,
    ListDeliveries,
    RetryDelivery,
    UpdateWebhook,
    WebhookStatus,
)
from headwater.stores import open_store
from headwater.stores.outgoing import HttpSender
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.deliveries import LONGEST_DELAY_S
from headwater.stores.sql.webhooks import MAX_WEBHOOKS, SqlWebhooks
from headwater.testing.contract_webhooks import make_webhook
from headwater.testing.receiver import Receiver, running_receiver
from headwater.testing.stores import expect_error, make_run


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = now_ms() + 1000

    def __call__(self) -> int:
        """Return the time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += int(seconds * 1000)


class Outbox:
    """A store whose events are sent by the fake clock."""

    def __init__(self, uri: str, folder: Path, receiver: Receiver) -> None:
        self.store = open_store(uri, artifacts=folder / "artifacts")
        self.receiver = receiver
        self.clock = Clock()
        self.webhooks = self.other_process()

    def other_process(self) -> SqlWebhooks:
        """Return what another process has: the same database and clock, a sender of its own."""
        return SqlWebhooks(self.store.database, HttpSender(), self.clock)  # type: ignore[attr-defined]  # it is a SqlStore

    def subscribe(self, *events: str, name: str = "hook") -> str:
        """Make a webhook and return its id."""
        return make_webhook(self.store, self.receiver, events or ["run.created"], name=name).webhook_id

    def deliver(self, max_s: float = 15) -> DeliverResponse:
        """Send what is due."""
        return self.webhooks.deliver(Deliver(max_s))

    def log(self) -> list[Delivery]:
        """Return the log, the oldest first."""
        return self.store.webhooks.list_deliveries(ListDeliveries(max_results=1000)).deliveries[::-1]

    def wait_s(self) -> float:
        """Return how long the oldest delivery that waits will go on waiting."""
        (first, *_) = [delivery for delivery in self.log() if delivery.next_attempt_time is not None]
        assert first.next_attempt_time is not None
        return (first.next_attempt_time - self.clock.now) / 1000


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Return a receiver on this machine, which may be sent to."""
    monkeypatch.setenv(WEBHOOK_PRIVATE_HOSTS.name, "127.0.0.1")
    monkeypatch.setenv(WEBHOOK_TIMEOUT_S.name, "10")
    with running_receiver() as running:
        yield running


@pytest.fixture
def outbox(database_uri: str, tmp_path: Path, receiver: Receiver) -> Iterator[Outbox]:
    """Return an outbox in a new database, once of each kind."""
    made = Outbox(database_uri, tmp_path, receiver)
    yield made
    made.store.close()


def test_nothing_is_sent_twice(outbox: Outbox) -> None:
    outbox.subscribe()
    for name in ("a", "b", "c"):
        make_run(outbox.store, name=name)

    assert outbox.deliver() == DeliverResponse(3, 0, 0)
    assert outbox.deliver() == DeliverResponse(0, 0, 0)

    names = [request.message["data"]["run_name"] for request in outbox.receiver.take_all()]
    assert names == ["a", "b", "c"]


def test_each_wait_is_four_times_longer_until_it_is_given_up(outbox: Outbox) -> None:
    outbox.subscribe()
    make_run(outbox.store)
    outbox.receiver.answer(*[500] * 8)

    waits = []
    for attempt in range(1, 8):
        assert outbox.deliver() == DeliverResponse(0, 1, 1)
        assert [delivery.attempts for delivery in outbox.log()] == [attempt]
        waits.append(outbox.wait_s())
        outbox.clock.advance(waits[-1] - 0.001)
        assert outbox.deliver() == DeliverResponse(0, 0, 1)
        outbox.clock.advance(0.001)
    assert outbox.deliver() == DeliverResponse(0, 1, 0)

    expected = [5 * 4**attempt for attempt in range(7)]
    assert all(plan <= wait <= 1.2 * plan + 1 for plan, wait in zip(expected, waits, strict=True)), waits
    (delivery,) = outbox.log()
    assert (delivery.status, delivery.attempts, delivery.response_status) == (DeliveryStatus.FAILED, 8, 500)
    assert (delivery.error_message, delivery.next_attempt_time) == ("The answer was 500.", None)
    requests = outbox.receiver.take_all()
    assert len({(request.headers["x-mlflow-delivery-id"], request.body) for request in requests}) == 1
    stamps = [int(request.headers["x-mlflow-timestamp"]) for request in requests]
    assert all(earlier < later for earlier, later in pairwise(stamps))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(outbox: Outbox, status: int) -> None:
    outbox.subscribe()
    make_run(outbox.store)
    outbox.receiver.answer(status)

    outbox.deliver()
    outbox.clock.advance(outbox.wait_s())

    assert outbox.deliver() == DeliverResponse(1, 0, 0)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410])
def test_what_will_not_pass_is_given_up_at_once(outbox: Outbox, status: int) -> None:
    outbox.subscribe()
    make_run(outbox.store)
    outbox.receiver.answer(status)

    assert outbox.deliver() == DeliverResponse(0, 1, 0)

    assert outbox.log()[0].status == DeliveryStatus.FAILED


def test_the_answer_may_ask_for_more_time_within_bounds(outbox: Outbox) -> None:
    outbox.subscribe()
    make_run(outbox.store)
    outbox.receiver.answer((429, "Retry-After", "900"), (503, "Retry-After", "99999999"), (503, "Retry-After", "1"))
    waits = []

    for _ in range(3):
        outbox.deliver()
        waits.append(outbox.wait_s())
        outbox.clock.advance(waits[-1])

    assert waits[:2] == [900, LONGEST_DELAY_S]
    assert waits[2] >= 80


def test_retries_are_a_setting(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WEBHOOK_RETRIES.mlflow_name, "0")
    outbox.subscribe()
    make_run(outbox.store)
    outbox.receiver.answer(500)

    assert outbox.deliver() == DeliverResponse(0, 1, 0)


@pytest.mark.parametrize("failure", ["close", "nonsense", 503])
def test_an_outage_keeps_the_order_and_is_not_hammered(outbox: Outbox, failure: int | str) -> None:
    outbox.subscribe()
    outbox.receiver.answer(failure, failure)
    for name in ("a", "b"):
        make_run(outbox.store, name=name)
    outbox.deliver()
    outbox.clock.advance(outbox.wait_s())
    outbox.deliver()
    make_run(outbox.store, name="c")

    assert outbox.deliver() == DeliverResponse(0, 0, 3)
    assert outbox.receiver.count == 2
    outbox.clock.advance(outbox.wait_s())
    assert outbox.deliver() == DeliverResponse(3, 0, 0)

    names = [request.message["data"]["run_name"] for request in outbox.receiver.take_all()]
    assert names == ["a", "a", "a", "b", "c"]


def test_one_event_that_is_never_accepted_does_not_hold_up_the_others_for_ever(outbox: Outbox) -> None:
    outbox.subscribe()
    outbox.receiver.answer(500, 500, 500, 500)
    for name in ("poison", "good"):
        make_run(outbox.store, name=name)

    for _ in range(3):
        outbox.deliver()
        outbox.clock.advance(outbox.wait_s())
    assert outbox.deliver() == DeliverResponse(1, 1, 1)

    assert [(d.status, d.attempts) for d in outbox.log()] == [
        (DeliveryStatus.WAITING, 4),
        (DeliveryStatus.DELIVERED, 1),
    ]


def test_one_webhook_that_fails_does_not_hold_up_another(outbox: Outbox) -> None:
    outbox.subscribe(name="a")
    with running_receiver() as gone:
        outbox.store.webhooks.create(CreateWebhook("gone", gone.url, [WebhookEvent.from_str("run.created")]))
    make_run(outbox.store)
    make_run(outbox.store)

    assert outbox.deliver() == DeliverResponse(2, 1, 2)


def test_a_webhook_that_must_not_be_sent_to_any_more_fails_at_once(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.subscribe()
    make_run(outbox.store)
    monkeypatch.delenv(WEBHOOK_PRIVATE_HOSTS.name)

    assert outbox.deliver() == DeliverResponse(0, 1, 0)

    assert "not on the public internet" in outbox.log()[0].error_message
    assert outbox.receiver.count == 0


def test_a_disabled_webhook_waits(outbox: Outbox) -> None:
    webhook_id = outbox.subscribe()
    make_run(outbox.store)
    outbox.store.webhooks.update(UpdateWebhook(webhook_id, status=WebhookStatus.DISABLED))

    assert outbox.deliver() == DeliverResponse(0, 0, 1)
    outbox.store.webhooks.update(UpdateWebhook(webhook_id, status=WebhookStatus.ACTIVE))

    assert outbox.deliver() == DeliverResponse(1, 0, 0)


def test_retrying_by_hand_does_not_wait_for_the_pause(outbox: Outbox) -> None:
    outbox.subscribe()
    make_run(outbox.store)
    outbox.receiver.answer(503)
    outbox.deliver()

    outbox.webhooks.retry(RetryDelivery(outbox.log()[0].delivery_id))

    assert outbox.deliver() == DeliverResponse(1, 0, 0)


def test_two_processes_send_each_event_once_and_in_order(outbox: Outbox) -> None:
    hooks = [outbox.subscribe(name=f"hook-{number}") for number in range(3)]
    names = [f"run-{number:02}" for number in range(12)]
    for name in names:
        make_run(outbox.store, name=name)
    processes = [outbox.other_process() for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda process: process.deliver(Deliver()), processes))

    assert sum(answer.delivered for answer in done) == 36
    assert outbox.receiver.count == 36
    log = outbox.log()
    for hook in hooks:
        finished = [delivery for delivery in log if delivery.webhook_id == hook]
        times = [delivery.last_attempt_time for delivery in finished]
        assert len(finished) == 12
        assert times == sorted(times, key=lambda moment: moment or 0)


def test_a_webhook_is_leased_while_it_is_sent_to(outbox: Outbox) -> None:
    outbox.subscribe()
    make_run(outbox.store)
    outbox.receiver.answer("hang")
    other = outbox.other_process()

    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(outbox.deliver)
        outbox.receiver.take()
        assert other.deliver(Deliver()) == DeliverResponse(0, 0, 1)
        outbox.receiver.is_over.set()
        assert sending.result(30).failed == 1

    assert outbox.receiver.count == 1


def test_what_a_process_that_died_had_begun_is_sent_again(outbox: Outbox) -> None:
    outbox.subscribe()
    make_run(outbox.store)
    outbox.receiver.answer("hang")
    dying = HttpSender()
    dead = SqlWebhooks(outbox.store.database, dying, outbox.clock)  # type: ignore[attr-defined]  # it is a SqlStore
    thread = threading.Thread(target=dead.deliver, args=(Deliver(),))
    thread.start()
    begun = outbox.receiver.take()

    outbox.clock.advance(121)
    assert outbox.deliver() == DeliverResponse(1, 0, 0)
    dying.close()
    thread.join(30)

    again = outbox.receiver.take()
    assert again.headers["x-mlflow-delivery-id"] == begun.headers["x-mlflow-delivery-id"]
    assert [(d.status, d.attempts) for d in outbox.log()] == [(DeliveryStatus.DELIVERED, 1)]


def test_no_attempt_begins_after_the_time_given(outbox: Outbox) -> None:
    outbox.subscribe()
    for _ in range(3):
        make_run(outbox.store)

    assert outbox.deliver(0) == DeliverResponse(1, 0, 2)


def test_the_log_is_kept_for_thirty_days(outbox: Outbox) -> None:
    outbox.subscribe()
    make_run(outbox.store)
    make_run(outbox.store)
    outbox.clock.now -= 31 * 86_400_000
    outbox.webhooks.retry(RetryDelivery(outbox.log()[0].delivery_id))
    outbox.deliver(0)
    outbox.clock.advance(31 * 86_400)
    outbox.deliver(0)

    outbox.store.columns.sweep(Sweep())

    assert len(outbox.log()) == 1


def test_there_are_a_thousand_webhooks_at_most(outbox: Outbox) -> None:
    events = [WebhookEvent.from_str("run.created")]
    request = CreateWebhook("hook", outbox.receiver.url, events)
    for _ in range(MAX_WEBHOOKS):
        outbox.store.webhooks.create(request)

    with expect_error(RequestLimitExceeded, "There are '1000' webhooks already. Delete some."):
        outbox.store.webhooks.create(request)


def test_a_store_without_a_server_sends_nothing_by_itself(outbox: Outbox) -> None:
    outbox.subscribe("run.finished")

    outbox.store.runs.update(UpdateRun(run_id=make_run(outbox.store), status=RunStatus.FINISHED))

    assert [delivery.status for delivery in outbox.log()] == [DeliveryStatus.WAITING]
    assert outbox.receiver.count == 0
