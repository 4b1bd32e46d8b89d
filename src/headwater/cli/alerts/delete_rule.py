"""`headwater alerts delete-rule`."""

import click

from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.alerts import DeleteAlertRule


@click.command("delete-rule")
@click.argument("rule_id", metavar="RULE_ID")
@tracking_uri_option
def command(*, rule_id: str, tracking_uri: str) -> None:
    """Delete a rule; the alerts that it raised stay."""
    with opened_store(tracking_uri) as store:
        store.alerts.delete_rule(DeleteAlertRule(rule_id))
    click.echo(f"Deleted rule '{rule_id}'.")
