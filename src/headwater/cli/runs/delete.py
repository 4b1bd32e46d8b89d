"""`headwater runs delete`."""

import click

from headwater.cli._options import opened_store, require_one, run_id_argument, tracking_uri_option
from headwater.protocol.runs import DeleteRun


@click.command("delete")
@run_id_argument
@tracking_uri_option
def command(*, run: str, run_id: str, tracking_uri: str) -> None:
    """Move a run to the trash."""
    wanted = require_one("the run's id", run, run_id)
    with opened_store(tracking_uri) as store:
        store.runs.delete(DeleteRun(wanted))
    click.echo(f"Run with id {wanted} has been deleted.")
