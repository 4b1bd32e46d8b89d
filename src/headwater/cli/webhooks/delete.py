"""`headwater webhooks delete`."""

import click

from headwater.cli._notices import webhook_argument
from headwater.cli._options import opened_registry, registry_uri_option
from headwater.protocol.webhooks import (
    DeleteWebhook,
)


@click.command("delete")
@webhook_argument
@registry_uri_option
def command(*, webhook_id: str, registry_uri: str) -> None:
    """Delete a webhook with its secret, its log, and what waits to be sent to it."""
    with opened_registry(registry_uri) as store:
        store.webhooks.delete(DeleteWebhook(webhook_id))
    click.echo(f"Deleted webhook '{webhook_id}'.")
