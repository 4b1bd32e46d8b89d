"""`headwater runs fork`."""

import click

from headwater.cli._options import (
    current_user,
    json_option,
    opened_store,
    require_one,
    run_id_argument,
    tracking_uri_option,
)
from headwater.cli._output import print_json
from headwater.cli._pages import run_record
from headwater.protocol.edits import CopyRun


@click.command("fork")
@run_id_argument
@click.option("--step", type=int, help="The last step whose points it has; default: all.")
@click.option("--name", default="", metavar="TEXT", help="The new run's name.")
@click.option("--artifacts", is_flag=True, help="With the artifacts, which take no room.")
@json_option
@tracking_uri_option
def command(
    *, run: str, run_id: str, step: int | None, name: str, artifacts: bool, as_json: bool, tracking_uri: str
) -> None:
    """Make a new run with the params, tags and points of another up to a step, and print its id."""
    wanted = require_one("the run's id", run, run_id)
    request = CopyRun(wanted, run_name=name, user_id=current_user(), history=True, step=step, artifacts=artifacts)
    with opened_store(tracking_uri) as store:
        record = run_record(store.edits.copy_run(request).run)
    if as_json:
        print_json(record)
    else:
        click.echo(record.info.run_id)
