"""`headwater deployments create-endpoint`."""

import click

from headwater.cli._deployments import (
    client_for,
    config_option,
    print_described,
    target_option,
)


@click.command("create-endpoint")
@click.option("--endpoint", required=True, metavar="NAME", help="The endpoint's name.")
@config_option
@target_option
def command(*, endpoint: str, target: str, config: dict[str, str]) -> None:
    """Make an endpoint, which leads requests to deployments."""
    print_described(client_for(target).create_endpoint(endpoint, config=config), as_json=False)
