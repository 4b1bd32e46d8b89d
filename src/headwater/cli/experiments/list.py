"""`headwater experiments list`."""

import click

from headwater.cli._options import json_option, opened_store, tracking_uri_option, view_option
from headwater.cli._output import format_time, print_json, print_records
from headwater.cli._pages import read_experiments
from headwater.protocol.experiments import SearchExperiments, ViewType


@click.command("list")
@click.option("--filter", "filter_text", default="", metavar="TEXT", help="For example: name LIKE 'vision%'.")
@click.option("--max-results", type=click.IntRange(1), default=1000, show_default=True, help="How many at most.")
@view_option
@json_option
@tracking_uri_option
def command(*, filter_text: str, max_results: int, view: ViewType, as_json: bool, tracking_uri: str) -> None:
    """List experiments, the newest first (also: search)."""
    request = SearchExperiments(filter=filter_text, view_type=view)
    with opened_store(tracking_uri) as store:
        experiments = read_experiments(store, request, max_results)
    if as_json:
        print_json(experiments)
    else:
        print_records(
            experiments,
            {
                "id": lambda experiment: experiment.experiment_id,
                "name": lambda experiment: experiment.name,
                "created": lambda experiment: format_time(experiment.creation_time),
                "artifact location": lambda experiment: experiment.artifact_location,
            },
        )
