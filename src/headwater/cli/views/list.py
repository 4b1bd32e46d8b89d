"""`headwater views list`."""

import click

from headwater.cli._options import experiment_options, find_viewed, json_option, opened_store, tracking_uri_option
from headwater.cli._output import format_time, print_json, print_records
from headwater.protocol.views import ListViews


@click.command("list")
@experiment_options
@json_option
@tracking_uri_option
def command(*, experiment: str, experiment_name: str, experiment_id: str, as_json: bool, tracking_uri: str) -> None:
    """List the views of an experiment by name, or without one those across experiments."""
    with opened_store(tracking_uri) as store:
        viewed = find_viewed(store, experiment, experiment_name, experiment_id)
        views = store.views.list(ListViews(viewed)).views
    if as_json:
        print_json(views)
        return
    print_records(
        views,
        {
            "id": lambda view: view.view_id,
            "name": lambda view: view.name,
            "version": lambda view: str(view.version),
            "owner": lambda view: view.owner,
            "changed": lambda view: format_time(view.last_update_time),
        },
    )
