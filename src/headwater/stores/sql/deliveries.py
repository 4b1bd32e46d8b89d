"""Sending what waits in the outbox: at least once, in order, by one process at a time for each webhook."""

import base64
import hashlib
import hmac
import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from headwater.config import WEBHOOK_RETRIES, WEBHOOK_TIMEOUT_S
from headwater.protocol.webhooks import (
    DeliverResponse,
    DeliveryStatus,
)
from headwater.stores.notices import Sender, Sent
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database

FIRST_DELAY_S = 5
LONGEST_DELAY_S = 6 * 3600
IN_ORDER_ATTEMPTS = 3
"""So often an answer that says no holds up the events after its own; then it is tried again beside them."""

_LEASE_S = 120
_CANDIDATES = 16
_CLOSE_S = 2.0
_REPEATED = frozenset({408, 425, 429})
_FIND_DUE = """
SELECT w.id FROM webhook w
WHERE w.status = 'ACTIVE' AND w.lease_until < ? AND w.paused_until <= ?
AND EXISTS (SELECT 1 FROM delivery d WHERE d.webhook_id = w.id AND d.next_time <= ?)
ORDER BY w.lease_until, w.id LIMIT ?
"""
_CLAIM = "UPDATE webhook SET lease_owner = ?, lease_until = ? WHERE id = ? AND lease_until < ?"
_FIND_NEXT = """
SELECT d.id, d.uuid, d.body, d.attempts, w.url, w.secret FROM delivery d JOIN webhook w ON w.id = d.webhook_id
WHERE d.webhook_id = ? AND d.next_time <= ? AND w.status = 'ACTIVE' AND w.lease_owner = ? AND w.paused_until <= ?
ORDER BY d.id LIMIT 1
"""
_SETTLE = """
UPDATE delivery SET status = ?, attempts = ?, next_time = ?, last_time = ?, response_status = ?, error = ?
WHERE id = ? AND attempts = ?
"""
_RENEW = "UPDATE webhook SET lease_until = ?, paused_until = ? WHERE id = ? AND lease_owner = ?"
_RELEASE = "UPDATE webhook SET lease_until = 0, lease_owner = '' WHERE id = ? AND lease_owner = ?"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    """The next delivery of a webhook, with what it takes to make it."""

    row_id: int
    delivery_id: str
    body: str
    attempts: int
    url: str
    secret: str


class Courier:
    """Sends what is due. Thread-safe; several processes may send from the same database.

    Each webhook is leased by one caller at a time, for two minutes after its last attempt: if that one dies, another
    goes on from the attempt that was begun, which is why a delivery may be made twice, under the same id.
    """

    def __init__(self, database: Database, sender: Sender, clock: Callable[[], int]) -> None:
        self._database = database
        self._sender = sender
        self._clock = clock
        self._calls = 0
        self._settled = threading.Condition()

    def close(self) -> None:
        """Cut off what is being sent and wait a moment until it is given back, so that the next process goes on."""
        self._sender.close()
        with self._settled:
            self._settled.wait_for(lambda: not self._calls, _CLOSE_S)

    def deliver(self, max_s: float) -> DeliverResponse:
        """Send what is due, one after another, beginning no attempt after `max_s` seconds."""
        with self._settled:
            self._calls += 1
        try:
            return self._deliver(max_s)
        finally:
            with self._settled:
                self._calls -= 1
                self._settled.notify_all()

    def _deliver(self, max_s: float) -> DeliverResponse:
        deadline = time.monotonic() + max_s
        owner = uuid.uuid4().hex
        delivered = failed = 0
        is_over = False
        while not is_over and (webhook_id := self._claim(owner)):
            for is_delivered in self._attempts(webhook_id, owner):
                delivered += is_delivered is True
                failed += is_delivered is False
                is_over = is_delivered is None or time.monotonic() >= deadline
                if is_over:
                    break
            self._execute(_RELEASE, (webhook_id, owner))
        return DeliverResponse(delivered, failed, self._count_waiting())

    def _claim(self, owner: str) -> str:
        """Return a webhook that something is due for, leased to `owner`, or an empty text."""
        now = self._clock()
        with self._database.read() as connection:
            rows = connection.all(_FIND_DUE, (now, now, now, _CANDIDATES))
        for (webhook_id,) in rows:
            if self._execute(_CLAIM, (owner, now + _lease_ms(), webhook_id, now)):
                return str(webhook_id)
        return ""

    def _execute(self, sql: str, params: tuple[object, ...]) -> int:
        return self._database.write(lambda connection: connection.execute(sql, params))

    def _attempts(self, webhook_id: str, owner: str) -> Iterator[bool | None]:
        """Make the due deliveries of a webhook in order; yield of each whether it was accepted, None at the stop."""
        while job := self._next_job(webhook_id, owner):
            now = self._clock()
            sent = self._sender.send(job.url, job.body.encode(), sign(job.secret, job.delivery_id, job.body, now))
            if sent.is_cut_off:
                yield None
                return
            is_delivered = sent.status is not None and 200 <= sent.status < 300
            self._settle(webhook_id, owner, job, sent, is_delivered=is_delivered)
            yield is_delivered

    def _next_job(self, webhook_id: str, owner: str) -> _Job | None:
        now = self._clock()
        with self._database.read() as connection:
            row = connection.one(_FIND_NEXT, (webhook_id, now, owner, now))
        return None if row is None else _Job(*row)

    def _settle(self, webhook_id: str, owner: str, job: _Job, sent: Sent, *, is_delivered: bool) -> None:
        now, attempts = self._clock(), job.attempts + 1
        status, next_time, paused_until = DeliveryStatus.DELIVERED, None, 0
        if not is_delivered:
            may_repeat = not sent.is_refused and (sent.status is None or _is_passing(sent.status))
            if may_repeat and attempts <= int(WEBHOOK_RETRIES.get()):
                status = DeliveryStatus.WAITING
                next_time = now + 1000 * choose_delay_s(attempts, sent.retry_after_s)
                if sent.status is None or attempts <= IN_ORDER_ATTEMPTS:
                    paused_until = next_time
            else:
                status = DeliveryStatus.FAILED
                _logger.warning("Delivery '%s' to webhook '%s' failed: %s", job.delivery_id, webhook_id, sent.error)

        def work(connection: Connection) -> None:
            row = (status, attempts, next_time, now, sent.status, sent.error, job.row_id, job.attempts)
            connection.execute(_SETTLE, row)
            connection.execute(_RENEW, (now + _lease_ms(), paused_until, webhook_id, owner))

        self._database.write(work)

    def _count_waiting(self) -> int:
        with self._database.read() as connection:
            row = connection.one("SELECT count(*) FROM delivery WHERE next_time IS NOT NULL")
        return row[0] if row else 0


def sign(secret: str, delivery_id: str, body: str, now_ms: int) -> dict[str, str]:
    """Return the headers of a delivery, with a signature if there is a secret, as MLflow's receivers check it."""
    seconds = str(now_ms // 1000)
    headers = {"X-MLflow-Delivery-Id": delivery_id, "X-MLflow-Timestamp": seconds}
    if secret:
        digest = hmac.digest(secret.encode(), f"{delivery_id}.{seconds}.{body}".encode(), hashlib.sha256)
        headers["X-MLflow-Signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return headers


def choose_delay_s(attempts: int, asked_s: int | None) -> int:
    """Return how long to wait after so many attempts: four times longer each time, and as long as the answer asked."""
    delay_s: int = min(LONGEST_DELAY_S, FIRST_DELAY_S * 4 ** min(attempts - 1, 12))
    jitter = random.uniform(1.0, 1.2)  # noqa: S311 - spreads attempts out, guards nothing
    return max(round(delay_s * jitter), min(asked_s or 0, LONGEST_DELAY_S))


def _lease_ms() -> int:
    """Return how long a webhook is leased: longer than any attempt may take."""
    return round(1000 * max(_LEASE_S, 2 * float(WEBHOOK_TIMEOUT_S.get())))


def _is_passing(status: int) -> bool:
    """Return whether an answer may be another one later."""
    return status >= 500 or status in _REPEATED
