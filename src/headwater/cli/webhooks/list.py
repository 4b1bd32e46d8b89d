"""`headwater webhooks list`."""

import click

from headwater.cli._options import json_option, opened_registry, registry_uri_option
from headwater.cli._output import print_json, print_records
from headwater.protocol.webhooks import (
    MAX_LISTED,
    ListWebhooks,
)


@click.command("list")
@json_option
@registry_uri_option
def command(*, as_json: bool, registry_uri: str) -> None:
    """List webhooks, the newest first."""
    with opened_registry(registry_uri) as store:
        webhooks = store.webhooks.list(ListWebhooks(MAX_LISTED, with_headwater=True)).webhooks
    if as_json:
        print_json(webhooks)
        return
    print_records(
        webhooks,
        {
            "id": lambda webhook: webhook.webhook_id,
            "name": lambda webhook: webhook.name,
            "status": lambda webhook: webhook.status.lower(),
            "url": lambda webhook: webhook.url,
            "events": lambda webhook: " ".join(map(str, webhook.events + webhook.headwater_events)),
        },
    )
