"""`headwater runs alerts`."""

import click

from headwater.cli._notices import print_alerts
from headwater.cli._options import json_option, opened_store, require_one, run_id_argument, tracking_uri_option
from headwater.protocol.alerts import MAX_LISTED, ListAlerts


@click.command("alerts")
@run_id_argument
@json_option
@tracking_uri_option
def command(*, run: str, run_id: str, as_json: bool, tracking_uri: str) -> None:
    """List the alerts of a run, its program's and those of rules, the newest first."""
    wanted = require_one("the run's id", run, run_id)
    with opened_store(tracking_uri) as store:
        alerts = store.alerts.list(ListAlerts(wanted, max_results=MAX_LISTED)).alerts
    print_alerts(alerts, as_json=as_json)
