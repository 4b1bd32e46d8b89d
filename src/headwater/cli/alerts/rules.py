"""`headwater alerts rules`."""

import click

from headwater.cli._options import json_option, opened_store, tracking_uri_option
from headwater.cli._output import print_json, print_records
from headwater.protocol.alerts import ListAlertRules


@click.command("rules")
@click.option("--experiment-id", "-x", default="", metavar="ID", help="Only those that watch this experiment.")
@json_option
@tracking_uri_option
def command(*, experiment_id: str, as_json: bool, tracking_uri: str) -> None:
    """List the rules that raise alerts, by name."""
    with opened_store(tracking_uri) as store:
        rules = store.alerts.list_rules(ListAlertRules(experiment_id)).rules
    if as_json:
        print_json(rules)
        return
    print_records(
        rules,
        {
            "id": lambda rule: rule.rule_id,
            "name": lambda rule: rule.name,
            "condition": lambda rule: rule.condition,
            "experiment": lambda rule: rule.experiment_id or "all",
            "level": lambda rule: rule.level.lower(),
            "quiet for": lambda rule: f"{rule.interval_s} s",
            "webhook": lambda rule: rule.webhook_id or "all",
        },
    )
