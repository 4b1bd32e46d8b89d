"""`headwater deployments list`."""

import click

from headwater.cli._deployments import (
    client_for,
    endpoint_option,
    print_all_described,
    target_option,
)
from headwater.cli._options import json_option


@click.command("list")
@endpoint_option
@target_option
@json_option
def command(*, endpoint: str | None, target: str, as_json: bool) -> None:
    """List the deployments of a target."""
    print_all_described(client_for(target).list_deployments(endpoint=endpoint), as_json=as_json)
