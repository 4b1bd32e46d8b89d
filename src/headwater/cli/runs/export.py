"""`headwater runs export`."""

from pathlib import Path
from typing import TextIO

import click

from headwater.cli._export import JSON_WRITERS, with_histories, write_points_csv, write_runs_csv
from headwater.cli._options import experiment_options, opened_store, tracking_uri_option, view_option
from headwater.cli._pages import read_runs, run_record, runs_request
from headwater.protocol.experiments import ViewType

FORMATS = ["csv", "json", "jsonl"]


@click.command("export")
@experiment_options
@click.option("--output", "-o", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="Default: stdout.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), help="Default: the output's ending, else csv.")
@click.option("--histories", is_flag=True, help="Every point: JSON gets them inside the runs, CSV one row a point.")
@click.option("--filter", "filter_text", default="", metavar="TEXT", help="For example: metrics.loss < 0.1.")
@view_option
@tracking_uri_option
def command(
    *,
    experiment: str,
    experiment_name: str,
    experiment_id: str,
    output: TextIO,
    file_format: str | None,
    histories: bool,
    filter_text: str,
    view: ViewType,
    tracking_uri: str,
) -> None:
    """Write the runs of an experiment, or of all, as CSV, JSON or JSON lines."""
    ending = Path(output.name).suffix.removeprefix(".").lower()
    chosen = file_format or (ending if ending in FORMATS else "csv")
    with opened_store(tracking_uri) as store:
        request = runs_request(store, experiment, experiment_name, experiment_id, filter_text, [], view)
        runs = read_runs(store, request)
        if chosen in JSON_WRITERS:
            records = ((with_histories(store, run) if histories else run_record(run)) for run in runs)
            JSON_WRITERS[chosen](records, output)
        elif histories:
            write_points_csv(store, runs, output)
        else:
            write_runs_csv(map(run_record, runs), output)
