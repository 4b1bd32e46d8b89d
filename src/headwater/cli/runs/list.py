"""`headwater runs list`."""

import click

from headwater.cli._options import experiment_options, json_option, opened_store, tracking_uri_option, view_option
from headwater.cli._output import format_time, print_json, print_records
from headwater.cli._pages import RunRecord, read_runs, run_record, runs_request
from headwater.protocol.experiments import ViewType


@click.command("list")
@experiment_options
@click.option("--filter", "filter_text", default="", metavar="TEXT", help="For example: metrics.loss < 0.1.")
@click.option("--order-by", multiple=True, metavar="TEXT", help="For example: 'metrics.loss ASC'; may be repeated.")
@click.option("--max-results", type=click.IntRange(1), default=100, show_default=True, help="How many at most.")
@view_option
@json_option
@tracking_uri_option
def command(
    *,
    experiment: str,
    experiment_name: str,
    experiment_id: str,
    filter_text: str,
    order_by: tuple[str, ...],
    max_results: int,
    view: ViewType,
    as_json: bool,
    tracking_uri: str,
) -> None:
    """List the runs of an experiment, or of all, the newest first (also: search)."""
    with opened_store(tracking_uri) as store:
        request = runs_request(store, experiment, experiment_name, experiment_id, filter_text, list(order_by), view)
        records = [run_record(run) for run in read_runs(store, request, max_results)]
    if as_json:
        print_json(records)
    else:
        print_records(
            records,
            {
                "started": lambda record: format_time(record.info.start_time),
                "status": lambda record: record.info.status,
                "name": lambda record: record.info.run_name,
                "id": lambda record: record.info.run_id,
                "metrics": _metrics_text,
            },
        )


def _metrics_text(record: RunRecord) -> str:
    return " ".join(f"{key}={value:.5g}" for key, value in sorted(record.data.metrics.items())[:4])
