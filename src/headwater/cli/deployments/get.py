"""`headwater deployments get`."""

import click

from headwater.cli._deployments import (
    client_for,
    endpoint_option,
    name_option,
    print_described,
    target_option,
)
from headwater.cli._options import json_option


@click.command("get")
@name_option
@endpoint_option
@target_option
@json_option
def command(*, name: str, endpoint: str | None, target: str, as_json: bool) -> None:
    """Show a deployment: its state, its address, its model."""
    print_described(client_for(target).get_deployment(name, endpoint=endpoint), as_json=as_json)
