"""The client's verbs about webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.protocol import webhooks as wire
from headwater.protocol.entity import find_member
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.paged_list import PagedList
from headwater.protocol.webhook_events import WebhookEvent
from headwater.protocol.webhooks import (
    CreateWebhook,
    DeleteWebhook,
    Delivery,
    DeliveryStatus,
    GetWebhook,
    ListDeliveries,
    ListWebhooks,
    RetryDelivery,
    TestWebhook,
    UpdateWebhook,
    WebhookStatus,
    WebhookTestResult,
)
from headwater.registry.connected import RegistryConnected


@dataclass(frozen=True)
class Webhook:
    """A webhook as it was when it was read; times are milliseconds since 1970. Nobody is told its secret.

    `str(event)` of one of its events is its name, such as `model_version.created`.
    """

    webhook_id: str
    name: str
    url: str
    events: list[WebhookEvent]
    creation_timestamp: int
    last_updated_timestamp: int
    description: str | None = None
    status: WebhookStatus = WebhookStatus.ACTIVE
    secret: None = None


class WebhookVerbs(RegistryConnected):
    """Tell addresses of events: of the registry, of runs, and alerts."""

    def create_webhook(
        self,
        name: str,
        url: str,
        events: Sequence[WebhookEvent | str],
        description: str | None = None,
        secret: str | None = None,
        status: WebhookStatus | str | None = None,
    ) -> Webhook:
        """Let an address be told of events from now on, and return the webhook.

        Args:
            name: up to 63 letters, digits, `.`, `_` and `-`; need not be unique.
            url: an address on the public internet, over https.
            events: such as "model_version.created", "run.failed" and "alert.raised".
            description: what it is for.
            secret: what every request is signed with; nobody is told it again.
            status: "DISABLED" to tell it nothing for now.

        Raises:
            InvalidParameterValue: the address may not be sent to, or there is no such event.

        Example:
            >>> hw.Client().create_webhook("ci", "https://ci.example.com/hook", ["model_version.created"], secret="…")
        """
        request = CreateWebhook(
            name=name,
            url=url,
            events=_read_events(events),
            description=description or "",
            secret=secret or "",
            status=find_member(WebhookStatus, status or WebhookStatus.ACTIVE),
        )
        return _from_wire(self._registry().webhooks.create(request).webhook)

    def get_webhook(self, webhook_id: str) -> Webhook:
        """Return a webhook."""
        return _from_wire(self._registry().webhooks.get(GetWebhook(webhook_id)).webhook)

    def list_webhooks(self, max_results: int | None = None, page_token: str | None = None) -> PagedList[Webhook]:
        """Return webhooks, the newest first."""
        request = ListWebhooks(max_results or wire.DEFAULT_LISTED, page_token or "", with_headwater=True)
        page = self._registry().webhooks.list(request)
        return PagedList(map(_from_wire, page.webhooks), page.next_page_token or None)

    def update_webhook(
        self,
        webhook_id: str,
        name: str | None = None,
        description: str | None = None,
        url: str | None = None,
        events: Sequence[WebhookEvent | str] | None = None,
        secret: str | None = None,
        status: WebhookStatus | str | None = None,
    ) -> Webhook:
        """Change what is given of a webhook, and return it; an empty description or secret removes it."""
        request = UpdateWebhook(
            webhook_id=webhook_id,
            name=name or "",
            description=description,
            url=url or "",
            events=_read_events(events or ()),
            secret=secret,
            status=find_member(WebhookStatus, status) if status else None,
        )
        return _from_wire(self._registry().webhooks.update(request).webhook)

    def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook with its secret, its log, and what waits to be sent to it."""
        self._registry().webhooks.delete(DeleteWebhook(webhook_id))

    def test_webhook(self, webhook_id: str, event: WebhookEvent | str | None = None) -> WebhookTestResult:
        """Send an example of an event now, of the webhook's first one unless another is named; say what came of it."""
        chosen = _read_events([event])[0] if event else None
        return self._registry().webhooks.test(TestWebhook(webhook_id, chosen)).result

    def list_webhook_deliveries(
        self,
        webhook_id: str | None = None,
        status: DeliveryStatus | str | None = None,
        *,
        max_results: int = wire.DEFAULT_LISTED,
        page_token: str | None = None,
    ) -> PagedList[Delivery]:
        """Return what was and will be sent, of one webhook or of all, the newest first; kept for 30 days."""
        chosen = find_member(DeliveryStatus, status) if status else None
        request = ListDeliveries(webhook_id or "", chosen, max_results, page_token or "")
        page = self._registry().webhooks.list_deliveries(request)
        return PagedList(page.deliveries, page.next_page_token or None)

    def retry_webhook_delivery(self, delivery_id: str) -> None:
        """Send again what was delivered or has failed, or at once what waits."""
        self._registry().webhooks.retry(RetryDelivery(delivery_id))


def _read_events(events: Sequence[WebhookEvent | str]) -> list[WebhookEvent]:
    if isinstance(events, str):
        raise InvalidParameterValue(f"Invalid events '{events[:100]}'. Give a list, such as ['{events[:100]}'].")
    return [event if isinstance(event, WebhookEvent) else WebhookEvent.from_str(event) for event in events]


def _from_wire(webhook: wire.Webhook) -> Webhook:
    return Webhook(
        webhook_id=webhook.webhook_id,
        name=webhook.name,
        url=webhook.url,
        events=webhook.events + webhook.headwater_events,
        creation_timestamp=webhook.creation_timestamp,
        last_updated_timestamp=webhook.last_updated_timestamp,
        description=webhook.description or None,
        status=webhook.status,
    )
