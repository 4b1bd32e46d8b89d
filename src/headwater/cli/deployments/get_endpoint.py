"""`headwater deployments get-endpoint`."""

import click

from headwater.cli._deployments import (
    client_for,
    print_described,
    target_option,
)
from headwater.cli._options import json_option


@click.command("get-endpoint")
@click.option("--endpoint", required=True, metavar="NAME", help="The endpoint's name.")
@target_option
@json_option
def command(*, endpoint: str, target: str, as_json: bool) -> None:
    """Show an endpoint."""
    print_described(client_for(target).get_endpoint(endpoint), as_json=as_json)
