"""`headwater runs rename-metric`."""

import click

from headwater.cli._options import current_user, opened_store, tracking_uri_option
from headwater.protocol.edits import RenameMetric


@click.command("rename-metric")
@click.argument("run_id", metavar="RUN_ID")
@click.argument("key", metavar="METRIC")
@click.argument("new_key", metavar="NEW_NAME")
@tracking_uri_option
def command(*, run_id: str, key: str, new_key: str, tracking_uri: str) -> None:
    """Give a metric another name, with all its contexts unless it names one."""
    with opened_store(tracking_uri) as store:
        renamed = store.edits.rename_metric(RenameMetric(run_id, current_user(), key=key, new_key=new_key)).points
    click.echo(f"{renamed} point(s) of '{key}' are now '{new_key}'.")
