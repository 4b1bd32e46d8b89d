"""`headwater experiments restore`."""

import click

from headwater.cli._options import experiment_options, find_experiment, opened_store, tracking_uri_option
from headwater.protocol.experiments import RestoreExperiment


@click.command("restore")
@experiment_options
@tracking_uri_option
def command(*, experiment: str, experiment_name: str, experiment_id: str, tracking_uri: str) -> None:
    """Take an experiment and its runs out of the trash."""
    with opened_store(tracking_uri) as store:
        found = find_experiment(store, experiment, experiment_name, experiment_id)
        store.experiments.restore(RestoreExperiment(found.experiment_id))
    click.echo(f"Experiment with id {found.experiment_id} has been restored.")
