"""`headwater alerts create-rule`."""

import click

from headwater.cli._notices import level_option
from headwater.cli._options import current_user, json_option, opened_store, tracking_uri_option
from headwater.cli._output import print_json
from headwater.protocol.alerts import MAX_INTERVAL_S, AlertLevel, CreateAlertRule


@click.command("create-rule")
@click.argument("name", metavar="NAME")
@click.argument("condition", metavar="CONDITION")
@click.option("--experiment-id", "-x", default="", metavar="ID", help="Watch only the runs of this experiment.")
@level_option(AlertLevel.WARNING)
@click.option(
    "--interval",
    "interval_s",
    type=click.IntRange(0, MAX_INTERVAL_S),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="How long it then keeps quiet about the same run.",
)
@click.option("--webhook", "webhook_id", default="", metavar="ID", help="Tell this webhook only.")
@json_option
@tracking_uri_option
def command(
    *,
    name: str,
    condition: str,
    experiment_id: str,
    level: AlertLevel,
    interval_s: int,
    webhook_id: str,
    as_json: bool,
    tracking_uri: str,
) -> None:
    """Let a rule raise alerts, and print its id.

    CONDITION is 'metrics.loss > 10', 'metrics.loss is nan', 'any metric is nan', 'run failed' or 'run stalled 600'.
    """
    request = CreateAlertRule(name, condition, experiment_id, level, interval_s, webhook_id, current_user())
    with opened_store(tracking_uri) as store:
        rule = store.alerts.create_rule(request).rule
    if as_json:
        print_json(rule)
    else:
        click.echo(rule.rule_id)
