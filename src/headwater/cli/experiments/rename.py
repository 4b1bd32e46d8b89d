"""`headwater experiments rename`."""

import click

from headwater.cli._options import experiment_options, find_experiment, opened_store, require_one, tracking_uri_option
from headwater.protocol.experiments import UpdateExperiment


@click.command("rename")
@experiment_options
@click.argument("name", default="", metavar="[NEW_NAME]")
@click.option("--new-name", default="", metavar="NAME", help="The new name, in MLflow's spelling.")
@tracking_uri_option
def command(
    *, experiment: str, experiment_name: str, experiment_id: str, name: str, new_name: str, tracking_uri: str
) -> None:
    """Give an experiment another name."""
    wanted = require_one("the new name", name, new_name)
    with opened_store(tracking_uri) as store:
        found = find_experiment(store, experiment, experiment_name, experiment_id)
        store.experiments.update(UpdateExperiment(found.experiment_id, wanted))
    click.echo(f"Experiment with id {found.experiment_id} has been renamed to '{wanted}'.")
