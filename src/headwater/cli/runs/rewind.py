"""`headwater runs rewind`."""

import click

from headwater.cli._options import current_user, opened_store, require_one, run_id_argument, tracking_uri_option
from headwater.protocol.edits import RewindRun


@click.command("rewind")
@run_id_argument
@click.option("--step", type=int, required=True, help="The last step to keep.")
@tracking_uri_option
def command(*, run: str, run_id: str, step: int, tracking_uri: str) -> None:
    """Drop every point of a run after a step; points that still wait somewhere come after it."""
    wanted = require_one("the run's id", run, run_id)
    with opened_store(tracking_uri) as store:
        dropped = store.edits.rewind_run(RewindRun(wanted, current_user(), step=step)).points
    click.echo(f"{dropped} point(s) after step {step} have been dropped.")
