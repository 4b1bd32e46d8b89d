"""What a store offers to tell people and programs what happened: webhooks and alerts; a part of `stores.interface`."""

from typing import NamedTuple, Protocol

from headwater.protocol.alerts import (
    AlertResponse,
    AlertRuleResponse,
    CreateAlertRule,
    DeleteAlertRule,
    ListAlertRules,
    ListAlertRulesResponse,
    ListAlerts,
    ListAlertsResponse,
    RaiseAlert,
)
from headwater.protocol.endpoint import Empty
from headwater.protocol.webhooks import (
    CreateWebhook,
    DeleteWebhook,
    Deliver,
    DeliverResponse,
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
)


class Webhooks(Protocol):
    """Addresses that are told of events, and the log of what was sent to them."""

    def create(self, request: CreateWebhook) -> WebhookResponse:
        """See `CreateWebhook`."""

    def get(self, request: GetWebhook) -> WebhookResponse:
        """See `GetWebhook`."""

    def list(self, request: ListWebhooks) -> ListWebhooksResponse:
        """See `ListWebhooks`."""

    def update(self, request: UpdateWebhook) -> WebhookResponse:
        """See `UpdateWebhook`."""

    def delete(self, request: DeleteWebhook) -> Empty:
        """See `DeleteWebhook`."""

    def test(self, request: TestWebhook) -> TestWebhookResponse:
        """See `TestWebhook`."""

    def list_deliveries(self, request: ListDeliveries) -> ListDeliveriesResponse:
        """See `ListDeliveries`."""

    def retry(self, request: RetryDelivery) -> Empty:
        """See `RetryDelivery`."""

    def deliver(self, request: Deliver) -> DeliverResponse:
        """See `Deliver`."""


class Alerts(Protocol):
    """What runs, and rules about them, told people."""

    def create(self, request: RaiseAlert) -> AlertResponse:
        """See `RaiseAlert`."""

    def list(self, request: ListAlerts) -> ListAlertsResponse:
        """See `ListAlerts`."""

    def create_rule(self, request: CreateAlertRule) -> AlertRuleResponse:
        """See `CreateAlertRule`."""

    def list_rules(self, request: ListAlertRules) -> ListAlertRulesResponse:
        """See `ListAlertRules`."""

    def delete_rule(self, request: DeleteAlertRule) -> Empty:
        """See `DeleteAlertRule`."""


class Sent(NamedTuple):
    """What came of sending something: the status of the answer, or None and why there was none.

    `is_refused`: the address may not be sent to, now or later. `is_cut_off`: this process stopped meanwhile, so that
    nobody knows. `retry_after_s` is how long the answer asks us to wait.
    """

    status: int | None = None
    error: str = ""
    retry_after_s: int | None = None
    is_refused: bool = False
    is_cut_off: bool = False


class Sender(Protocol):
    """Sends what webhooks are told to addresses that users chose. Thread-safe."""

    def check(self, url: str) -> None:
        """Raise `InvalidParameterValue` unless `url` may be sent to now."""

    def send(self, url: str, body: bytes, headers: dict[str, str]) -> Sent:
        """Post a body and say what came of it; it never raises, never follows a redirect and takes a bounded time."""

    def close(self) -> None:
        """Cut off what is being sent, and refuse to send more."""
