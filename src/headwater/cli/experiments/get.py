"""`headwater experiments get`."""

import click

from headwater.cli._options import experiment_options, find_experiment, json_option, opened_store, tracking_uri_option
from headwater.cli._output import format_time, print_json, print_pairs


@click.command("get")
@experiment_options
@json_option
@click.option(
    "--output", type=click.Choice(["table", "json"]), default="table", help="json, as MLflow spells --json; or table."
)
@tracking_uri_option
def command(
    *, experiment: str, experiment_name: str, experiment_id: str, as_json: bool, output: str, tracking_uri: str
) -> None:
    """Show one experiment, given by its name or id."""
    with opened_store(tracking_uri) as store:
        found = find_experiment(store, experiment, experiment_name, experiment_id)
    if as_json or output == "json":
        print_json(found)
        return
    print_pairs(
        [
            ("id", found.experiment_id),
            ("name", found.name),
            ("artifact location", found.artifact_location),
            ("lifecycle stage", found.lifecycle_stage),
            ("created", format_time(found.creation_time)),
            ("last update", format_time(found.last_update_time)),
            *((f"tag {tag.key}", tag.value) for tag in found.tags),
        ]
    )
