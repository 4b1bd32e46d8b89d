"""`headwater experiments csv`."""

from typing import TextIO

import click

from headwater.cli._export import write_runs_csv
from headwater.cli._options import experiment_options, find_experiment, opened_store, tracking_uri_option
from headwater.cli._pages import read_runs, run_record
from headwater.protocol.runs import SearchRuns


@click.command("csv")
@experiment_options
@click.option(
    "--filename",
    "-o",
    "output",
    type=click.File("w", encoding="utf-8", lazy=True),
    default="-",
    metavar="FILE",
    help="Default: stdout.",
)
@tracking_uri_option
def command(*, experiment: str, experiment_name: str, experiment_id: str, output: TextIO, tracking_uri: str) -> None:
    """Write the runs of an experiment as CSV; `headwater runs export` can do more."""
    with opened_store(tracking_uri) as store:
        found = find_experiment(store, experiment, experiment_name, experiment_id)
        runs = read_runs(store, SearchRuns([found.experiment_id]))
        write_runs_csv(map(run_record, runs), output)
    if output.name != "-":
        click.echo(f"Experiment with ID {found.experiment_id} has been exported as a CSV to file: {output.name}.")
