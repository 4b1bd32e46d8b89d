"""What webhooks are told of when they are tested."""

from typing import Any

from headwater.protocol.webhook_events import WebhookEvent

_RUN = "run_id run_name experiment_id user_id status start_time end_time"
_FIELDS = {
    "registered_model.created": "name tags description",
    "model_version.created": "name version source run_id tags description",
    "model_version_tag.set": "name version key value",
    "model_version_tag.deleted": "name version key",
    "model_version_alias.created": "name alias version",
    "model_version_alias.deleted": "name alias",
    "prompt.created": "name tags description",
    "prompt_version.created": "name version template tags description",
    "prompt_tag.set": "name key value",
    "prompt_tag.deleted": "name key",
    "prompt_version_tag.set": "name version key value",
    "prompt_version_tag.deleted": "name version key",
    "prompt_alias.created": "name alias version",
    "prompt_alias.deleted": "name alias",
    "budget_policy.exceeded": "name",
    "run.created": _RUN,
    "run.finished": _RUN,
    "run.failed": _RUN,
    "run.killed": _RUN,
    **dict.fromkeys(
        (f"promotion_request.{action}" for action in ("created", "commented", "approved", "rejected", "withdrawn")),
        "request_id name version target status user_id reason",
    ),
    "alert.raised": "alert_id run_id run_name experiment_id time level title text",
}
_VALUES: dict[str, Any] = {
    "name": "example",
    "version": "1",
    "alias": "champion",
    "key": "example_key",
    "value": "example_value",
    "source": "models:/m-00000000000000000000000000000000",
    "template": "Hello {{name}}",
    "tags": {"example_key": "example_value"},
    "description": "An example",
    "run_id": "00000000000000000000000000000000",
    "run_name": "example",
    "experiment_id": "0",
    "user_id": "ada",
    "status": "FINISHED",
    "start_time": 1000,
    "end_time": 2000,
    "request_id": 1,
    "target": "@champion",
    "reason": "An example",
    "alert_id": 1,
    "time": 1500,
    "level": "info",
    "title": "Example",
    "text": "This is a test.",
}


def make_example(event: WebhookEvent) -> dict[str, Any]:
    """Return the `data` of an example of an event."""
    return {field: _VALUES[field] for field in _FIELDS[str(event)].split()}
