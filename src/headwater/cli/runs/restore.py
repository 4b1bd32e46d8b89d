"""`headwater runs restore`."""

import click

from headwater.cli._options import opened_store, require_one, run_id_argument, tracking_uri_option
from headwater.protocol.runs import RestoreRun


@click.command("restore")
@run_id_argument
@tracking_uri_option
def command(*, run: str, run_id: str, tracking_uri: str) -> None:
    """Take a run out of the trash."""
    wanted = require_one("the run's id", run, run_id)
    with opened_store(tracking_uri) as store:
        store.runs.restore(RestoreRun(wanted))
    click.echo(f"Run with id {wanted} has been restored.")
