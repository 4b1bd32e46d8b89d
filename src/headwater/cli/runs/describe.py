"""`headwater runs describe`."""

import click

from headwater.cli._options import opened_store, require_one, run_id_argument, tracking_uri_option
from headwater.cli._output import print_json
from headwater.cli._pages import run_record
from headwater.protocol.runs import GetRun


@click.command("describe")
@run_id_argument
@tracking_uri_option
def command(*, run: str, run_id: str, tracking_uri: str) -> None:
    """Print one run as JSON, in MLflow's spelling; see `get`."""
    with opened_store(tracking_uri) as store:
        print_json(run_record(store.runs.get(GetRun(run_id=require_one("the run's id", run, run_id))).run))
