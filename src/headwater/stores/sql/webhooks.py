"""Webhooks in the database."""

import uuid
from collections.abc import Callable

from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import RequestLimitExceeded, ResourceDoesNotExist
from headwater.protocol.paging import decode_page_token, encode_page_token
from headwater.protocol.webhook_events import OURS
from headwater.protocol.webhooks import (
    DEFAULT_LISTED,
    CreateWebhook,
    DeleteWebhook,
    Deliver,
    DeliverResponse,
    DeliveryStatus,
    GetWebhook,
    ListDeliveries,
    ListDeliveriesResponse,
    ListWebhooks,
    ListWebhooksResponse,
    RetryDelivery,
    TestWebhook,
    TestWebhookResponse,
    UpdateWebhook,
    WebhookResponse,
    WebhookTestResult,
)
from headwater.stores.notices import Sender
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.deliveries import Courier, sign
from headwater.stores.sql.event_examples import make_example
from headwater.stores.sql.outbox import spell_body
from headwater.stores.sql.webhook_rows import (
    insert_webhook,
    load_deliveries,
    load_webhook,
    load_webhooks,
    no_webhook,
    update_webhook,
)

MAX_WEBHOOKS = 1000


class SqlWebhooks:
    """Webhooks, their log and the sending. Thread-safe.

    Args:
        database: where they are kept.
        sender: sends over the network.
        clock: milliseconds since 1970, by which deliveries are due.
    """

    def __init__(self, database: Database, sender: Sender, clock: Callable[[], int] = now_ms) -> None:
        self._database = database
        self._sender = sender
        self._clock = clock
        self._courier = Courier(database, sender, clock)

    def create(self, request: CreateWebhook) -> WebhookResponse:
        """Make a webhook, if its address may be sent to."""
        request.check()
        self._sender.check(request.url)
        webhook_id = str(uuid.uuid4())

        def work(connection: Connection) -> WebhookResponse:
            ((count,),) = connection.all("SELECT count(*) FROM webhook")
            if count >= MAX_WEBHOOKS:
                raise RequestLimitExceeded(f"There are '{count}' webhooks already. Delete some.")
            insert_webhook(connection, webhook_id, request, now_ms())
            return WebhookResponse(load_webhook(connection, webhook_id))

        return self._database.write(work)

    def get(self, request: GetWebhook) -> WebhookResponse:
        """Return a webhook, without its secret."""
        request.check()
        with self._database.read() as connection:
            return WebhookResponse(load_webhook(connection, request.webhook_id))

    def list(self, request: ListWebhooks) -> ListWebhooksResponse:
        """Return one page of webhooks, the newest first."""
        request.check()
        offset, limit = decode_page_token(request.page_token), request.max_results or DEFAULT_LISTED
        with self._database.read() as connection:
            found = load_webhooks(connection, limit + 1, offset, with_ours=request.with_headwater)
        return ListWebhooksResponse(found[:limit], encode_page_token(offset + limit) if len(found) > limit else "")

    def update(self, request: UpdateWebhook) -> WebhookResponse:
        """Change a webhook."""
        request.check()
        if request.url:
            self._sender.check(request.url)

        def work(connection: Connection) -> WebhookResponse:
            update_webhook(connection, request, now_ms())
            return WebhookResponse(load_webhook(connection, request.webhook_id))

        return self._database.write(work)

    def delete(self, request: DeleteWebhook) -> Empty:
        """Delete a webhook with its log."""
        request.check()

        def work(connection: Connection) -> None:
            if not connection.execute("DELETE FROM webhook WHERE id = ?", (request.webhook_id,)):
                raise no_webhook(request.webhook_id)

        self._database.write(work)
        return Empty()

    def test(self, request: TestWebhook) -> TestWebhookResponse:
        """Send an example now and say what came of it; it is not retried, and no part of the log."""
        request.check()
        with self._database.read() as connection:
            webhook = load_webhook(connection, request.webhook_id)
            ((url, secret),) = connection.all("SELECT url, secret FROM webhook WHERE id = ?", (request.webhook_id,))
        event = request.event or (webhook.events + webhook.headwater_events)[0]
        now = self._clock()
        body = spell_body(event, make_example(event), now, "" if event.entity not in OURS else "This is a test.")
        sent = self._sender.send(url, body, sign(secret, str(uuid.uuid4()), body.decode(), now))
        is_accepted = sent.status is not None and 200 <= sent.status < 300
        result = WebhookTestResult(is_accepted, sent.status, error_message=None if is_accepted else sent.error)
        return TestWebhookResponse(result)

    def list_deliveries(self, request: ListDeliveries) -> ListDeliveriesResponse:
        """Return one page of what was and will be sent, the newest first."""
        request.check()
        offset, limit = decode_page_token(request.page_token), request.max_results
        with self._database.read() as connection:
            found = load_deliveries(connection, request.webhook_id, request.status, limit + 1, offset)
        return ListDeliveriesResponse(found[:limit], encode_page_token(offset + limit) if len(found) > limit else "")

    def retry(self, request: RetryDelivery) -> Empty:
        """Let a delivery be due now, with all its attempts before it."""
        request.check()
        update = "UPDATE delivery SET status = ?, attempts = 0, next_time = ? WHERE uuid = ? RETURNING webhook_id"

        def work(connection: Connection) -> None:
            row = connection.one(update, (DeliveryStatus.WAITING, self._clock(), request.delivery_id))
            if row is None:
                raise ResourceDoesNotExist(
                    f"No delivery has the id '{request.delivery_id[:100]}'. The log is kept for 30 days."
                )
            connection.execute("UPDATE webhook SET paused_until = 0 WHERE id = ?", (row[0],))

        self._database.write(work)
        return Empty()

    def close(self) -> None:
        """Cut off what is being sent; the store calls it before it closes the database."""
        self._courier.close()

    def deliver(self, request: Deliver) -> DeliverResponse:
        """Send what is due."""
        request.check()
        return self._courier.deliver(request.max_s)
