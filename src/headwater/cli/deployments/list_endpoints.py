"""`headwater deployments list-endpoints`."""

import click

from headwater.cli._deployments import (
    client_for,
    print_all_described,
    target_option,
)
from headwater.cli._options import json_option


@click.command("list-endpoints")
@target_option
@json_option
def command(*, target: str, as_json: bool) -> None:
    """List the endpoints of a target."""
    print_all_described(client_for(target).list_endpoints(), as_json=as_json)
