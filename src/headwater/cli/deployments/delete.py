"""`headwater deployments delete`."""

from typing import Any

import click

from headwater.cli._deployments import (
    client_for,
    config_option,
    endpoint_option,
    name_option,
    target_option,
)


@click.command("delete")
@name_option
@endpoint_option
@config_option
@target_option
def command(*, name: str, target: str, **options: Any) -> None:
    """Stop a deployment and forget it."""
    client_for(target).delete_deployment(name, **options)
    click.echo(f"Deployment '{name}' has been deleted.")
