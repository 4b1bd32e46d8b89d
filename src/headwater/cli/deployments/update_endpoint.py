"""`headwater deployments update-endpoint`."""

import click

from headwater.cli._deployments import (
    client_for,
    config_option,
    print_described,
    target_option,
)


@click.command("update-endpoint")
@click.option("--endpoint", required=True, metavar="NAME", help="The endpoint's name.")
@config_option
@target_option
def command(*, endpoint: str, target: str, config: dict[str, str]) -> None:
    """Change an endpoint."""
    print_described(client_for(target).update_endpoint(endpoint, config=config), as_json=False)
