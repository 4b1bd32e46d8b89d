"""`headwater experiments create`."""

import click

from headwater.cli._options import json_option, opened_store, require_one, tracking_uri_option
from headwater.cli._output import print_json
from headwater.protocol.experiments import CreateExperiment


@click.command("create")
@click.argument("name", default="", metavar="NAME")
@click.option("--experiment-name", "-n", default="", metavar="NAME", help="The name, in MLflow's spelling.")
@click.option("--artifact-location", "-l", default="", metavar="URI", help="Where artifacts go; default: the store's.")
@json_option
@tracking_uri_option
def command(*, name: str, experiment_name: str, artifact_location: str, as_json: bool, tracking_uri: str) -> None:
    """Create an experiment and print its id."""
    wanted = require_one("the experiment's name", name, experiment_name)
    with opened_store(tracking_uri) as store:
        created = store.experiments.create(CreateExperiment(wanted, artifact_location))
    if as_json:
        print_json(created)
    else:
        click.echo(f"Created experiment '{wanted}' with id {created.experiment_id}")
