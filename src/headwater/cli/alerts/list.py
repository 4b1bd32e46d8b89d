"""`headwater alerts list`."""

import click

from headwater.cli._notices import print_alerts
from headwater.cli._options import json_option, opened_store, tracking_uri_option
from headwater.protocol.alerts import MAX_LISTED, ListAlerts


@click.command("list")
@click.option("--experiment-id", "-x", default="", metavar="ID", help="Only of this experiment's runs.")
@click.option("--rule", "rule_id", default="", metavar="ID", help="Only those that this rule raised.")
@click.option(
    "--max-results", type=click.IntRange(1, MAX_LISTED), default=100, show_default=True, help="How many at most."
)
@json_option
@tracking_uri_option
def command(*, experiment_id: str, rule_id: str, max_results: int, as_json: bool, tracking_uri: str) -> None:
    """List alerts, the newest first; `headwater runs alerts` lists those of one run."""
    with opened_store(tracking_uri) as store:
        alerts = store.alerts.list(ListAlerts("", experiment_id, rule_id, max_results)).alerts
    print_alerts(alerts, as_json=as_json)
