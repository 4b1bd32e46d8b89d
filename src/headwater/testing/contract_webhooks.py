"""What every store does with webhooks. Subclass in a test module that has the fixtures `store` and `receiver`."""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Sequence

import pytest

from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.journals import Append
from headwater.protocol.model_names import PROMPT_TAG
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersionTag,
    ModelVersionTag,
    SetModelVersionTag,
)
from headwater.protocol.registered_models import (
    CreateRegisteredModel,
    DeleteRegisteredModelAlias,
    DeleteRegisteredModelTag,
    RegisteredModelTag,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
)
from headwater.protocol.runs import CreateRun, RunStatus, UpdateRun
from headwater.protocol.webhook_events import ACTIONS, WebhookEvent
from headwater.protocol.webhooks import (
    CreateWebhook,
    DeleteWebhook,
    Deliver,
    DeliveryStatus,
    GetWebhook,
    ListDeliveries,
    ListWebhooks,
    RetryDelivery,
    TestWebhook,
    UpdateWebhook,
    Webhook,
    WebhookStatus,
)
from headwater.stores.interface import Store
from headwater.testing.receiver import Received, Receiver
from headwater.testing.stores import expect_error, make_experiment, make_run

SIGNED_WITH = "s3cret é"
EVERY_EVENT = [WebhookEvent(entity, action) for entity, actions in ACTIONS.items() for action in actions]


def make_webhook(
    store: Store, receiver: Receiver, events: Sequence[str] | None = None, *, secret: str = "", name: str = "hook"
) -> Webhook:
    """Create a webhook at the receiver, for every event unless some are named."""
    chosen = EVERY_EVENT if events is None else [WebhookEvent.from_str(event) for event in events]
    return store.webhooks.create(CreateWebhook(name, receiver.url, chosen, secret=secret)).webhook


def take_events(store: Store, receiver: Receiver, count: int) -> list[Received]:
    """Let the store send, unless a server does so already, and return the next requests."""
    store.webhooks.deliver(Deliver())
    return [receiver.take() for _ in range(count)]


class WebhooksContract:
    """Webhooks are told of what was committed, once each, signed, in order."""

    def test_a_webhook_comes_back_without_its_secret(self, store: Store, receiver: Receiver) -> None:
        """Whoever asks; MLflow's events apart from ours."""
        made = make_webhook(store, receiver, ["run.failed", "model_version.created"], secret=SIGNED_WITH)

        read = store.webhooks.get(GetWebhook(made.webhook_id)).webhook
        listed = store.webhooks.list(ListWebhooks()).webhooks

        assert [read] == listed == [made]
        assert uuid.UUID(made.webhook_id).version == 4
        assert (made.name, made.url, made.status) == ("hook", receiver.url, WebhookStatus.ACTIVE)
        assert (list(map(str, made.events)), list(map(str, made.headwater_events))) == (
            ["model_version.created"],
            ["run.failed"],
        )
        assert made.creation_timestamp == made.last_updated_timestamp > 0
        assert SIGNED_WITH not in repr(listed)

    def test_webhooks_are_listed_by_pages_the_newest_first(self, store: Store, receiver: Receiver) -> None:
        """Names need not be unique."""
        for name in ("a", "b", "b"):
            make_webhook(store, receiver, name=name)

        first = store.webhooks.list(ListWebhooks(2))
        second = store.webhooks.list(ListWebhooks(2, first.next_page_token))

        assert len(first.webhooks) == 2
        assert len({webhook.webhook_id for webhook in first.webhooks + second.webhooks}) == 3
        assert second.next_page_token == ""
        stamps = [webhook.creation_timestamp for webhook in first.webhooks + second.webhooks]
        assert stamps == sorted(stamps, reverse=True)

    def test_what_is_given_of_a_webhook_is_changed(self, store: Store, receiver: Receiver) -> None:
        """The rest stays."""
        made = make_webhook(store, receiver, ["run.failed"])

        first = store.webhooks.update(UpdateWebhook(made.webhook_id, "other", "what for")).webhook
        events = [WebhookEvent.from_str("alert.raised")]
        second = store.webhooks.update(
            UpdateWebhook(made.webhook_id, events=events, status=WebhookStatus.DISABLED)
        ).webhook

        assert (first.name, first.description, first.headwater_events) == ("other", "what for", made.headwater_events)
        assert (second.name, second.description) == ("other", "what for")
        assert (second.headwater_events, second.status) == (events, WebhookStatus.DISABLED)

    def test_a_deleted_webhook_is_gone(self, store: Store, receiver: Receiver) -> None:
        """With its log, and for every verb."""
        made = make_webhook(store, receiver)
        make_run(store)

        store.webhooks.delete(DeleteWebhook(made.webhook_id))

        message = f"Webhook with ID '{made.webhook_id}' not found. It may have been deleted."
        for call in (
            lambda: store.webhooks.delete(DeleteWebhook(made.webhook_id)),
            lambda: store.webhooks.get(GetWebhook(made.webhook_id)),
            lambda: store.webhooks.update(UpdateWebhook(made.webhook_id, "x")),
            lambda: store.webhooks.test(TestWebhook(made.webhook_id)),
        ):
            with expect_error(ResourceDoesNotExist, message):
                call()
        assert store.webhooks.list_deliveries(ListDeliveries(made.webhook_id)).deliveries == []

    def test_it_is_told_of_everything_that_happens_to_models(self, store: Store, receiver: Receiver) -> None:
        """In MLflow's words, in the order of the events."""
        make_webhook(store, receiver)
        name = f"model {uuid.uuid4().hex}"

        store.registered_models.create(CreateRegisteredModel(name, [RegisteredModelTag("team", "a")], "what for"))
        store.registered_models.set_tag(SetRegisteredModelTag(name, "untold", "1"))
        tags = [ModelVersionTag("t", "1")]
        store.model_versions.create(CreateModelVersion(name, "s3://b/1", tags=tags, description="first"))
        store.model_versions.set_tag(SetModelVersionTag(name, "1", "k", "v"))
        store.model_versions.delete_tag(DeleteModelVersionTag(name, "1", "k"))
        store.model_versions.delete_tag(DeleteModelVersionTag(name, "1", "never"))
        store.registered_models.set_alias(SetRegisteredModelAlias(name, "champion", "1"))
        store.registered_models.delete_alias(DeleteRegisteredModelAlias(name, "champion"))
        store.registered_models.delete_alias(DeleteRegisteredModelAlias(name, "champion"))

        received = take_events(store, receiver, 6)
        assert [(request.event, request.message["data"]) for request in received] == [
            ("registered_model.created", {"name": name, "tags": {"team": "a"}, "description": "what for"}),
            (
                "model_version.created",
                {
                    "name": name,
                    "version": "1",
                    "source": "s3://b/1",
                    "run_id": "",
                    "tags": {"t": "1"},
                    "description": "first",
                },
            ),
            ("model_version_tag.set", {"name": name, "version": "1", "key": "k", "value": "v"}),
            ("model_version_tag.deleted", {"name": name, "version": "1", "key": "k"}),
            ("model_version_alias.created", {"name": name, "alias": "champion", "version": "1"}),
            ("model_version_alias.deleted", {"name": name, "alias": "champion"}),
        ]
        assert set(received[0].message) == {"entity", "action", "timestamp", "data"}
        assert received[0].message["timestamp"].endswith("+00:00")

    def test_prompts_are_told_of_as_prompts(self, store: Store, receiver: Receiver) -> None:
        """Though they are kept as models."""
        make_webhook(store, receiver)
        name = f"prompt {uuid.uuid4().hex}"
        marked = [RegisteredModelTag(PROMPT_TAG, "true")]

        store.registered_models.create(CreateRegisteredModel(name, marked))
        tags = [ModelVersionTag(PROMPT_TAG, "true"), ModelVersionTag("mlflow.prompt.text", "Hello {{name}}")]
        store.model_versions.create(CreateModelVersion(name, "dummy-source", tags=tags))
        store.registered_models.set_tag(SetRegisteredModelTag(name, "k", "v"))
        store.registered_models.delete_tag(DeleteRegisteredModelTag(name, "k"))
        store.model_versions.set_tag(SetModelVersionTag(name, "1", "k", "v"))
        store.model_versions.delete_tag(DeleteModelVersionTag(name, "1", "k"))
        store.registered_models.set_alias(SetRegisteredModelAlias(name, "live", "1"))
        store.registered_models.delete_alias(DeleteRegisteredModelAlias(name, "live"))

        received = take_events(store, receiver, 8)
        assert [request.event for request in received] == [
            "prompt.created",
            "prompt_version.created",
            "prompt_tag.set",
            "prompt_tag.deleted",
            "prompt_version_tag.set",
            "prompt_version_tag.deleted",
            "prompt_alias.created",
            "prompt_alias.deleted",
        ]
        assert received[1].message["data"]["template"] == "Hello {{name}}"

    def test_it_is_told_of_runs(self, store: Store, receiver: Receiver) -> None:
        """Of each beginning and end once, however often a client says so, and of our own client's, too."""
        make_webhook(store, receiver)
        run_id, other = make_run(store, name="first"), uuid.uuid4().hex
        for _ in range(2):
            store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FAILED, end_time=2000))
        create = CreateRun(make_experiment(store), run_name="second", run_id=other)
        end = UpdateRun(run_id=other, status=RunStatus.FINISHED, end_time=3000)
        store.runs.append(Append(uuid.uuid4().hex, other, 1, 1, create=create, update=end))

        received = take_events(store, receiver, 4)
        assert [(request.event, request.message["data"]["run_name"]) for request in received] == [
            ("run.created", "first"),
            ("run.failed", "first"),
            ("run.created", "second"),
            ("run.finished", "second"),
        ]
        data = received[1].message["data"]
        assert (data["run_id"], data["status"], data["end_time"]) == (run_id, "FAILED", 2000)
        assert "The run 'first' of experiment" in received[1].message["text"]

    def test_what_failed_is_no_event(self, store: Store, receiver: Receiver) -> None:
        """Events are part of the transaction that makes them happen."""
        webhook = make_webhook(store, receiver)

        with pytest.raises(ResourceDoesNotExist):
            store.model_versions.create(CreateModelVersion("missing", "s3://b/1"))

        assert store.webhooks.list_deliveries(ListDeliveries(webhook.webhook_id)).deliveries == []

    def test_it_is_told_of_what_it_wants_only(self, store: Store, receiver: Receiver) -> None:
        """And of nothing while it is disabled."""
        wanting = make_webhook(store, receiver, ["run.finished"])
        disabled = make_webhook(store, receiver)
        store.webhooks.update(UpdateWebhook(disabled.webhook_id, status=WebhookStatus.DISABLED))

        store.runs.update(UpdateRun(run_id=make_run(store), status=RunStatus.FINISHED))

        deliveries = store.webhooks.list_deliveries(ListDeliveries()).deliveries
        assert [(delivery.webhook_id, delivery.event) for delivery in deliveries] == [
            (wanting.webhook_id, "run.finished")
        ]

    def test_every_request_is_signed(self, store: Store, receiver: Receiver) -> None:
        """As MLflow's receivers check it; without a secret there is no signature."""
        signed = make_webhook(store, receiver, ["run.created"], secret=SIGNED_WITH)
        make_run(store)
        (request,) = take_events(store, receiver, 1)
        store.webhooks.update(UpdateWebhook(signed.webhook_id, secret=""))
        make_run(store)
        (unsigned,) = take_events(store, receiver, 1)

        headers = request.headers
        content = f"{headers['x-mlflow-delivery-id']}.{headers['x-mlflow-timestamp']}.".encode() + request.body
        digest = base64.b64encode(hmac.new(SIGNED_WITH.encode(), content, hashlib.sha256).digest()).decode()
        assert headers["x-mlflow-signature"] == f"v1,{digest}"
        assert headers["content-type"] == "application/json"
        assert "x-mlflow-signature" not in unsigned.headers
        assert unsigned.headers["x-mlflow-delivery-id"] != headers["x-mlflow-delivery-id"]

    def test_the_log_says_what_was_delivered(self, store: Store, receiver: Receiver) -> None:
        """And that what the other side refuses for good is not repeated, until somebody asks for it."""
        webhook = make_webhook(store, receiver, ["run.created"])
        receiver.answer(200, 404)
        make_run(store)
        make_run(store)
        requests = take_events(store, receiver, 2)
        failed = wait_for_status(store, webhook, DeliveryStatus.FAILED)
        store.webhooks.retry(RetryDelivery(failed))
        again = take_events(store, receiver, 1)[0]
        delivered = wait_for_status(store, webhook, DeliveryStatus.DELIVERED, failed)

        newest, oldest = store.webhooks.list_deliveries(ListDeliveries(webhook.webhook_id)).deliveries
        assert (newest.delivery_id, newest.status, newest.attempts) == (delivered, DeliveryStatus.DELIVERED, 1)
        assert (oldest.status, oldest.response_status, oldest.next_attempt_time) == (
            DeliveryStatus.DELIVERED,
            200,
            None,
        )
        assert again.body == requests[1].body == newest.body.encode()
        assert again.headers["x-mlflow-delivery-id"] == newest.delivery_id == failed
        assert "the receiver's own words" not in repr((newest, oldest))

    def test_a_test_says_what_came_of_it(self, store: Store, receiver: Receiver) -> None:
        """In our words: the body of an answer is never told."""
        webhook = make_webhook(store, receiver, ["run.failed", "model_version_alias.created"], secret=SIGNED_WITH)
        receiver.answer(200, 500, (302, "Location", "http://127.0.0.1:9/"), "close")

        results = [store.webhooks.test(TestWebhook(webhook.webhook_id)).result for _ in range(4)]
        chosen = store.webhooks.test(TestWebhook(webhook.webhook_id, WebhookEvent.from_str("prompt_tag.set"))).result

        requests = [receiver.take() for _ in range(5)]
        assert [(result.success, result.response_status, result.error_message) for result in results] == [
            (True, 200, None),
            (False, 500, "The answer was 500."),
            (
                False,
                302,
                "The answer was 302, which leads elsewhere; redirects are not followed. Use the final address.",
            ),
            (False, None, "No answer: it closed the connection."),
        ]
        assert chosen.success
        assert [result.response_body for result in [*results, chosen]] == [None] * 5
        assert [request.event for request in requests] == ["model_version_alias.created"] * 4 + ["prompt_tag.set"]
        assert requests[0].headers["x-mlflow-signature"].startswith("v1,")
        assert store.webhooks.list_deliveries(ListDeliveries(webhook.webhook_id)).deliveries == []

    def test_nonsense_is_refused(self, store: Store, receiver: Receiver) -> None:
        """With what to do about it."""
        event = WebhookEvent.from_str("run.failed")
        for name in ("-a", "a b", "é", "a" * 64):
            with expect_error(InvalidParameterValue, f"Invalid webhook name '{name}'.…"):
                store.webhooks.create(CreateWebhook(name, receiver.url, [event]))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'events'.…"):
            store.webhooks.create(CreateWebhook("a", receiver.url, []))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'url'.…"):
            store.webhooks.create(CreateWebhook("a", "", [event]))
        impossible = WebhookEvent(event.entity, WebhookEvent.from_str("prompt_tag.set").action)
        message = (
            "Invalid action 'set' for entity 'run'. Valid actions are: ['created', 'finished', 'failed', 'killed']"
        )
        with expect_error(InvalidParameterValue, message):
            store.webhooks.create(CreateWebhook("a", receiver.url, [impossible]))
        with expect_error(InvalidParameterValue, "Invalid webhook URL scheme 'gopher'. Use https://host/path."):
            store.webhooks.create(CreateWebhook("a", "gopher://example.com/", [event]))
        with expect_error(InvalidParameterValue, "Invalid value 1001 for parameter 'max_results' supplied.…"):
            store.webhooks.list(ListWebhooks(1001))
        with expect_error(ResourceDoesNotExist, "No delivery has the id 'x'.…"):
            store.webhooks.retry(RetryDelivery("x"))

    def test_webhooks_for_runs_alone_are_listed_to_those_who_know_of_them(
        self, store: Store, receiver: Receiver
    ) -> None:
        """MLflow's clients cannot read a webhook without an event that they know."""
        ours = make_webhook(store, receiver, ["run.failed", "alert.raised"])
        both = make_webhook(store, receiver, ["run.failed", "prompt.created"])

        assert store.webhooks.list(ListWebhooks()).webhooks == [both]
        everything = store.webhooks.list(ListWebhooks(with_headwater=True)).webhooks
        assert {webhook.webhook_id for webhook in everything} == {ours.webhook_id, both.webhook_id}

    def test_zero_results_mean_the_default(self, store: Store, receiver: Receiver) -> None:
        """As MLflow's clients send it."""
        made = make_webhook(store, receiver)

        assert store.webhooks.list(ListWebhooks(0)).webhooks == [made]


def wait_for_status(store: Store, webhook: Webhook, status: DeliveryStatus, delivery_id: str = "") -> str:
    """Return the id of a delivery of this status, that of `delivery_id` if given, once there is one."""
    for _ in range(2000):
        request = ListDeliveries(webhook.webhook_id, status)
        found = [d.delivery_id for d in store.webhooks.list_deliveries(request).deliveries]
        if found and delivery_id in {"", *found}:
            return delivery_id or found[0]
        store.webhooks.deliver(Deliver())
    raise AssertionError(f"nothing became {status}")
