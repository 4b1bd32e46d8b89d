"""Webhooks: addresses that are told of events, what they are told of, and the log of what was sent to them."""

import enum
import re

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_length, check_max_results, check_no_nul, missing, require
from headwater.protocol.webhook_events import WebhookEvent

MAX_NAME = 63
MAX_URL = 2000
MAX_SECRET = 1000
MAX_DESCRIPTION = 1000
MAX_LISTED = 1000
DEFAULT_LISTED = 100
MAX_DELIVERY_S = 600

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)


class WebhookStatus(enum.StrEnum):
    """Whether a webhook is told of events."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"

    def is_active(self) -> bool:
        """Return whether it is."""
        return self is WebhookStatus.ACTIVE


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook without its secret, which is never told again.

    `events` are those that MLflow knows; those of runs and alerts are `headwater_events`, as its clients cannot read
    a list that holds words they do not know.
    """

    webhook_id: str
    name: str
    description: str | msgspec.UnsetType = msgspec.UNSET
    url: str
    events: list[WebhookEvent]
    status: WebhookStatus
    creation_timestamp: int
    last_updated_timestamp: int
    headwater_events: list[WebhookEvent]


class CreateWebhook(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tell an address of events from now on; names need not be unique."""

    name: str
    url: str
    events: list[WebhookEvent]
    description: str = ""
    secret: str = ""
    status: WebhookStatus = WebhookStatus.ACTIVE

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless name, texts and events are allowed; the store checks the address."""
        _check_name(require("name", self.name))
        _check_texts(require("url", self.url), self.description, self.secret)
        if not self.events:
            raise missing("events")
        _check_events(self.events)


class WebhookResponse(msgspec.Struct, frozen=True):
    """The webhook made, changed or asked for."""

    webhook: Webhook


class GetWebhook(msgspec.Struct, frozen=True):
    """Get a webhook."""

    webhook_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the webhook is named."""
        _check_id(self.webhook_id)


class ListWebhooks(msgspec.Struct, frozen=True, omit_defaults=True):
    """List webhooks, the newest first; `max_results` of 0 means the default.

    Those that are told of runs and alerts only are listed if `with_headwater` says so: MLflow's clients fail to read a
    webhook without an event that they know.
    """

    max_results: int = DEFAULT_LISTED
    page_token: str = ""
    with_headwater: bool = False

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the page's size is allowed."""
        check_max_results(self.max_results or DEFAULT_LISTED, MAX_LISTED)


class ListWebhooksResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of webhooks."""

    webhooks: list[Webhook] = []
    next_page_token: str = ""


class UpdateWebhook(msgspec.Struct, frozen=True, omit_defaults=True):
    """Change a webhook; what is absent stays, and an empty description or secret is removed."""

    webhook_id: str
    name: str = ""
    description: str | None = None
    url: str = ""
    events: list[WebhookEvent] = []
    secret: str | None = None
    status: WebhookStatus | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless what is given is allowed; the store checks the address."""
        _check_id(self.webhook_id)
        if self.name:
            _check_name(self.name)
        _check_texts(self.url, self.description or "", self.secret or "")
        _check_events(self.events)


class DeleteWebhook(msgspec.Struct, frozen=True):
    """Delete a webhook with its secret, its log and what waits to be sent to it."""

    webhook_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the webhook is named."""
        _check_id(self.webhook_id)


class TestWebhook(msgspec.Struct, frozen=True, omit_defaults=True):
    """Send an example of an event, of the webhook's first one unless another is named."""

    __test__ = False  # pytest takes every Test… for tests

    webhook_id: str
    event: WebhookEvent | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the webhook is named and the event can happen."""
        _check_id(self.webhook_id)
        if self.event is not None:
            self.event.check()


class WebhookTestResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of a test. The body of the answer is never told: it may be of a machine that others must not read."""

    success: bool
    response_status: int | None = None
    response_body: str | None = None
    error_message: str | None = None


class TestWebhookResponse(msgspec.Struct, frozen=True):
    """What came of a test."""

    __test__ = False  # pytest takes every Test… for tests

    result: WebhookTestResult


class DeliveryStatus(enum.StrEnum):
    """What became of an event on its way to a webhook."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to a webhook, or what came of it; times are milliseconds since 1970.

    `delivery_id` is the header `X-MLflow-Delivery-Id`, the same at every attempt. `body` is what is sent.
    """

    delivery_id: str
    webhook_id: str
    event: str
    status: DeliveryStatus
    creation_time: int
    attempts: int
    last_attempt_time: int | None
    next_attempt_time: int | None
    response_status: int | None
    error_message: str
    body: str


class ListDeliveries(msgspec.Struct, frozen=True, omit_defaults=True):
    """List what was and will be sent, of one webhook or of all, the newest first."""

    webhook_id: str = ""
    status: DeliveryStatus | None = None
    max_results: int = DEFAULT_LISTED
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the page's size is allowed."""
        check_no_nul("webhook_id", self.webhook_id)
        check_max_results(self.max_results, MAX_LISTED)


class ListDeliveriesResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of deliveries."""

    deliveries: list[Delivery] = []
    next_page_token: str = ""


class RetryDelivery(msgspec.Struct, frozen=True):
    """Send again what was delivered or has failed, or at once what waits, under the same delivery id."""

    delivery_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the delivery is named."""
        check_no_nul("delivery_id", require("delivery_id", self.delivery_id))


class Deliver(msgspec.Struct, frozen=True, omit_defaults=True):
    """Send what is due now, beginning no attempt after `max_s` seconds. A server does so by itself all the time."""

    max_s: float = 15.0

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the time is a span of time."""
        if not 0 <= self.max_s <= MAX_DELIVERY_S:
            raise InvalidParameterValue(f"Invalid max_s '{self.max_s}': 0 to {MAX_DELIVERY_S}.")


class DeliverResponse(msgspec.Struct, frozen=True):
    """How many attempts succeeded and failed, and how many deliveries wait for another."""

    delivered: int
    failed: int
    waiting: int


def _check_id(webhook_id: str) -> None:
    if not _ID.fullmatch(require("webhook_id", webhook_id)):
        raise InvalidParameterValue(
            f"Invalid webhook ID '{webhook_id[:100]}'. A webhook ID has letters, digits, '_' and '-' only."
        )


def _check_name(name: str) -> None:
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        raise InvalidParameterValue(
            f"Invalid webhook name '{name[:100]}'. Use up to {MAX_NAME} letters, digits, '.', '_' and '-', with a "
            "letter or digit at both ends."
        )


def _check_texts(url: str, description: str, secret: str) -> None:
    check_no_nul("description", description)
    check_length("description", description, MAX_DESCRIPTION)
    check_no_nul("secret", secret)
    check_length("secret", secret, MAX_SECRET)
    check_length("url", url, MAX_URL)


def _check_events(events: list[WebhookEvent]) -> None:
    for event in events:
        event.check()


CREATE = Endpoint(
    resource="webhooks",
    verb="create",
    methods=("POST",),
    path="webhooks",
    request=CreateWebhook,
    response=WebhookResponse,
    permission=Permission.ADMIN,
)
LIST = Endpoint(
    resource="webhooks",
    verb="list",
    methods=("GET",),
    path="webhooks",
    request=ListWebhooks,
    response=ListWebhooksResponse,
    permission=Permission.ADMIN,
)
GET = Endpoint(
    resource="webhooks",
    verb="get",
    methods=("GET",),
    path="webhooks/{webhook_id}",
    request=GetWebhook,
    response=WebhookResponse,
    permission=Permission.ADMIN,
)
UPDATE = Endpoint(
    resource="webhooks",
    verb="update",
    methods=("PATCH",),
    path="webhooks/{webhook_id}",
    request=UpdateWebhook,
    response=WebhookResponse,
    permission=Permission.ADMIN,
)
DELETE = Endpoint(
    resource="webhooks",
    verb="delete",
    methods=("DELETE",),
    path="webhooks/{webhook_id}",
    request=DeleteWebhook,
    response=Empty,
    permission=Permission.ADMIN,
)
TEST = Endpoint(
    resource="webhooks",
    verb="test",
    methods=("POST",),
    path="webhooks/{webhook_id}/test",
    request=TestWebhook,
    response=TestWebhookResponse,
    permission=Permission.ADMIN,
)
LIST_DELIVERIES = Endpoint(
    resource="webhooks",
    verb="list_deliveries",
    methods=("GET",),
    path="webhooks/deliveries",
    request=ListDeliveries,
    response=ListDeliveriesResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
RETRY = Endpoint(
    resource="webhooks",
    verb="retry",
    methods=("POST",),
    path="webhooks/retry",
    request=RetryDelivery,
    response=Empty,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
DELIVER = Endpoint(
    resource="webhooks",
    verb="deliver",
    methods=("POST",),
    path="webhooks/deliver",
    request=Deliver,
    response=DeliverResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)

ENDPOINTS = (CREATE, LIST, GET, UPDATE, DELETE, TEST, LIST_DELIVERIES, RETRY, DELIVER)
