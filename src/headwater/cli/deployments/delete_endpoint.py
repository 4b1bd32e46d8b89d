"""`headwater deployments delete-endpoint`."""

import click

from headwater.cli._deployments import (
    client_for,
    target_option,
)


@click.command("delete-endpoint")
@click.option("--endpoint", required=True, metavar="NAME", help="The endpoint's name.")
@target_option
def command(*, endpoint: str, target: str) -> None:
    """Remove an endpoint."""
    client_for(target).delete_endpoint(endpoint)
    click.echo(f"Endpoint '{endpoint}' has been deleted.")
