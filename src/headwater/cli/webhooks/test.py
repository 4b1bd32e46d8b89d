"""`headwater webhooks test`."""

import click

from headwater.cli._notices import event_option, webhook_argument
from headwater.cli._options import json_option, opened_registry, registry_uri_option
from headwater.cli._output import print_json
from headwater.protocol.webhook_events import WebhookEvent
from headwater.protocol.webhooks import (
    TestWebhook,
)


@click.command("test")
@webhook_argument
@event_option("--event", "-e", "event", many=False, meaning="Which event's example; default: the webhook's first.")
@json_option
@registry_uri_option
def command(*, webhook_id: str, event: str | None, as_json: bool, registry_uri: str) -> None:
    """Send an example of an event now; exit with 1 unless it is accepted."""
    chosen = WebhookEvent.from_str(event) if event else None
    with opened_registry(registry_uri) as store:
        result = store.webhooks.test(TestWebhook(webhook_id, chosen)).result
    if as_json:
        print_json(result)
    elif result.success:
        click.echo(f"Accepted with status {result.response_status}.")
    if not result.success:
        raise click.ClickException(result.error_message or "The webhook did not accept it.")
