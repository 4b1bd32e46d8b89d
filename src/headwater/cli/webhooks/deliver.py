"""`headwater webhooks deliver`."""

import click

from headwater.cli._options import opened_registry, registry_uri_option
from headwater.protocol.webhooks import (
    Deliver,
)


@click.command("deliver")
@registry_uri_option
def command(*, registry_uri: str) -> None:
    """Send what is due now, as a server does by itself: for a database that no server serves."""
    delivered = failed = 0
    with opened_registry(registry_uri) as store:
        while True:
            done = store.webhooks.deliver(Deliver())
            delivered, failed = delivered + done.delivered, failed + done.failed
            if not done.delivered and not done.failed:
                break
    click.echo(f"{delivered} delivered, {failed} attempts failed, {done.waiting} wait for a later attempt.")
