"""`headwater runs delete-metric`."""

import click

from headwater.cli._options import current_user, opened_store, tracking_uri_option
from headwater.protocol.edits import DeleteMetric


@click.command("delete-metric")
@click.argument("run_id", metavar="RUN_ID")
@click.argument("key", metavar="METRIC")
@tracking_uri_option
def command(*, run_id: str, key: str, tracking_uri: str) -> None:
    """Drop all points of a metric, in all its contexts unless it names one: 'loss{split="val"}'."""
    with opened_store(tracking_uri) as store:
        dropped = store.edits.delete_metric(DeleteMetric(run_id, current_user(), key=key)).points
    click.echo(f"{dropped} point(s) of '{key}' have been dropped.")
