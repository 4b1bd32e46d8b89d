"""`headwater webhooks retry`."""

import click

from headwater.cli._options import opened_registry, registry_uri_option
from headwater.protocol.webhooks import (
    RetryDelivery,
)


@click.command("retry")
@click.argument("delivery_id", metavar="DELIVERY_ID")
@registry_uri_option
def command(*, delivery_id: str, registry_uri: str) -> None:
    """Send a delivery again, whatever became of it; `headwater webhooks log` names it."""
    with opened_registry(registry_uri) as store:
        store.webhooks.retry(RetryDelivery(delivery_id))
    click.echo(f"Delivery '{delivery_id}' is due now.")
