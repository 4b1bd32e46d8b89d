"""What the real `mlflow` client does with our webhooks; see `mlflow_verbs`. Its address is in `RECEIVER_URL`."""

import os

from mlflow.entities.webhook import WebhookAction, WebhookEntity, WebhookEvent, WebhookStatus
from mlflow.tracking import MlflowClient
from mlflow_verbs import refusal, unique  # type: ignore[import-not-found]  # beside it
from reporting import report_checks  # type: ignore[import-not-found]

URL = os.environ["RECEIVER_URL"]
EVERY_EVENT = [
    "registered_model.created",
    "model_version.created",
    "model_version_tag.set",
    "model_version_tag.deleted",
    "model_version_alias.created",
    "model_version_alias.deleted",
    "prompt.created",
    "prompt_version.created",
    "prompt_tag.set",
    "prompt_tag.deleted",
    "prompt_version_tag.set",
    "prompt_version_tag.deleted",
    "prompt_alias.created",
    "prompt_alias.deleted",
]


def check_a_webhook_lives_from_create_to_delete() -> None:
    client, name = MlflowClient(), unique("life")
    made = client.create_webhook(name, URL, ["model_version.created"], description="what for", secret="s3cret")
    assert (made.name, made.url, made.description, made.status) == (name, URL, "what for", WebhookStatus.ACTIVE)
    assert made.events == [WebhookEvent(WebhookEntity.MODEL_VERSION, WebhookAction.CREATED)]
    assert made.secret is None
    assert made.creation_timestamp == made.last_updated_timestamp > 0

    read = client.get_webhook(made.webhook_id)
    assert (read.webhook_id, read.name, read.events) == (made.webhook_id, name, made.events)

    changed = client.update_webhook(
        made.webhook_id, name=name + "-2", events=["prompt.created", "prompt_tag.set"], status="DISABLED"
    )
    assert (changed.name, changed.status, changed.description) == (name + "-2", WebhookStatus.DISABLED, "what for")
    assert [str(event) for event in changed.events] == ["prompt.created", "prompt_tag.set"]

    client.delete_webhook(made.webhook_id)
    assert refusal(lambda: client.get_webhook(made.webhook_id)).error_code == "RESOURCE_DOES_NOT_EXIST"
    assert refusal(lambda: client.delete_webhook(made.webhook_id)).error_code == "RESOURCE_DOES_NOT_EXIST"


def check_every_event_of_the_client_is_known() -> None:
    client = MlflowClient()

    made = client.create_webhook(unique("all"), URL, EVERY_EVENT)

    assert sorted(map(str, made.events)) == sorted(EVERY_EVENT)
    client.delete_webhook(made.webhook_id)


def check_webhooks_are_listed_by_pages() -> None:
    client = MlflowClient()
    made = {client.create_webhook(unique("page"), URL, ["prompt.created"]).webhook_id for _ in range(3)}

    found, token = [], None
    while True:
        page = client.list_webhooks(max_results=2, page_token=token)
        found += page
        token = page.token
        if not token:
            break

    assert made <= {webhook.webhook_id for webhook in found}
    assert len(found) == len({webhook.webhook_id for webhook in found})
    assert client.list_webhooks()


def check_webhooks_with_events_of_ours_can_be_read() -> None:
    """The server has one for runs and alerts alone, which the client could not hold, and one for both kinds."""
    found = {webhook.name: list(map(str, webhook.events)) for webhook in MlflowClient().list_webhooks()}

    assert "ours" not in found
    assert found["both"] == ["model_version.created"]


def check_a_webhook_is_tested() -> None:
    client = MlflowClient()
    made = client.create_webhook(unique("test"), URL, ["model_version.created"], secret="s3cret")

    first = client.test_webhook(made.webhook_id)
    chosen = client.test_webhook(made.webhook_id, "prompt_alias.created")

    assert (first.success, first.response_status, first.error_message) == (True, 200, None)
    assert chosen.success
    client.delete_webhook(made.webhook_id)


def check_nonsense_is_refused() -> None:
    client = MlflowClient()

    def create(url: str, name: str = "a") -> object:
        return client.create_webhook(name, url, ["prompt.created"])

    for url in ("https://127.0.0.2/", "https://[::1]/", "http://8.8.8.8/", "file:///etc/passwd", "https://"):
        assert refusal(lambda url=url: create(url)).error_code == "INVALID_PARAMETER_VALUE", url
    assert refusal(lambda: create(URL, "-a-")).error_code == "INVALID_PARAMETER_VALUE"


def check_what_happens_to_models_is_sent() -> None:
    """The test looks at what its receiver got."""
    client, name = MlflowClient(), "told"
    client.create_registered_model(name, tags={"team": "a"})
    client.create_model_version(name, "s3://bucket/1", tags={"t": "1"})
    client.set_model_version_tag(name, "1", "k", "v")
    client.delete_model_version_tag(name, "1", "k")
    client.set_registered_model_alias(name, "champion", "1")
    client.delete_registered_model_alias(name, "champion")


if __name__ == "__main__":
    report_checks(globals())
