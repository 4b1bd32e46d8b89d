"""`headwater webhooks create`."""

import sys

import click

from headwater.cli._notices import EVENTS, event_option
from headwater.cli._options import json_option, opened_registry, registry_uri_option
from headwater.cli._output import print_json
from headwater.protocol.webhook_events import WebhookEvent
from headwater.protocol.webhooks import (
    CreateWebhook,
    WebhookStatus,
)


@click.command("create", epilog=f"Events: {', '.join(EVENTS)}.")
@click.argument("name", metavar="NAME")
@click.argument("url", metavar="URL")
@event_option("--event", "-e", "events", many=True, meaning="What it is told of; may be repeated.")
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
@click.option("--secret", is_flag=True, help="Ask for a secret (or read it from stdin) that requests are signed with.")
@click.option("--disabled", is_flag=True, help="Tell it nothing for now.")
@json_option
@registry_uri_option
def command(
    *,
    name: str,
    url: str,
    events: tuple[str, ...],
    description: str,
    secret: bool,
    disabled: bool,
    as_json: bool,
    registry_uri: str,
) -> None:
    """Let an https address be told of events, and print the webhook's id."""
    if not events:
        raise click.UsageError("Give --event, such as --event model_version.created.")
    request = CreateWebhook(
        name=name,
        url=url,
        events=[WebhookEvent.from_str(event) for event in events],
        description=description,
        secret=_read_secret() if secret else "",
        status=WebhookStatus.DISABLED if disabled else WebhookStatus.ACTIVE,
    )
    with opened_registry(registry_uri) as store:
        webhook = store.webhooks.create(request).webhook
    if as_json:
        print_json(webhook)
    else:
        click.echo(webhook.webhook_id)


def _read_secret() -> str:
    """Return a secret that stands in no command line, where other users of the machine could read it."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Secret", hide_input=True, confirmation_prompt=True, err=True)
        return typed
    return sys.stdin.read().strip("\r\n")
