"""What the commands about webhooks and alerts share."""

from collections.abc import Callable, Sequence

import click

from headwater.cli._options import CommandT
from headwater.cli._output import format_time, print_json, print_records
from headwater.protocol.alerts import Alert, AlertLevel
from headwater.protocol.webhook_events import ACTIONS, WebhookEvent

EVENTS = [str(WebhookEvent(entity, action)) for entity, actions in ACTIONS.items() for action in actions]


def webhook_argument(command: CommandT) -> CommandT:
    """Add the webhook's id."""
    return click.argument("webhook_id", metavar="WEBHOOK_ID")(command)


def event_option(*names: str, many: bool, meaning: str) -> Callable[[CommandT], CommandT]:
    """Return an option that names events."""
    return click.option(*names, multiple=many, type=click.Choice(EVENTS), metavar="EVENT", help=meaning)


def level_option(default: AlertLevel) -> Callable[[CommandT], CommandT]:
    """Return the option `--level`."""
    return click.option(
        "--level",
        type=click.Choice([level.lower() for level in AlertLevel], case_sensitive=False),
        default=default.lower(),
        show_default=True,
        help="How much it matters.",
        callback=lambda _context, _parameter, value: AlertLevel(value.upper()),
    )


def print_alerts(alerts: Sequence[Alert], *, as_json: bool) -> None:
    """Print alerts, one a line."""
    if as_json:
        print_json(alerts)
        return
    print_records(
        alerts,
        {
            "time": lambda alert: format_time(alert.time),
            "level": lambda alert: alert.level.lower(),
            "run": lambda alert: alert.run_id,
            "title": lambda alert: alert.title,
            "text": lambda alert: alert.text,
        },
    )
