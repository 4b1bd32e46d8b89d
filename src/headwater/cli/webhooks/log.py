"""`headwater webhooks log`."""

import click

from headwater.cli._options import json_option, opened_registry, registry_uri_option
from headwater.cli._output import format_time, print_json, print_records
from headwater.protocol.webhooks import (
    MAX_LISTED,
    DeliveryStatus,
    ListDeliveries,
)


@click.command("log")
@click.argument("webhook_id", default="", metavar="[WEBHOOK_ID]")
@click.option(
    "--status",
    type=click.Choice([status.lower() for status in DeliveryStatus], case_sensitive=False),
    help="Only what waits, was delivered, or has failed.",
)
@click.option(
    "--max-results", type=click.IntRange(1, MAX_LISTED), default=100, show_default=True, help="How many at most."
)
@json_option
@registry_uri_option
def command(*, webhook_id: str, status: str | None, max_results: int, as_json: bool, registry_uri: str) -> None:
    """List what was and will be sent, to one webhook or to all, the newest first."""
    chosen = DeliveryStatus(status.upper()) if status else None
    with opened_registry(registry_uri) as store:
        deliveries = store.webhooks.list_deliveries(ListDeliveries(webhook_id, chosen, max_results)).deliveries
    if as_json:
        print_json(deliveries)
        return
    print_records(
        deliveries,
        {
            "time": lambda delivery: format_time(delivery.creation_time),
            "event": lambda delivery: delivery.event,
            "status": lambda delivery: delivery.status.lower(),
            "attempts": lambda delivery: str(delivery.attempts),
            "answer": lambda delivery: str(delivery.response_status or ""),
            "next": lambda delivery: format_time(delivery.next_attempt_time),
            "webhook": lambda delivery: delivery.webhook_id,
            "id": lambda delivery: delivery.delivery_id,
            "error": lambda delivery: delivery.error_message,
        },
    )
