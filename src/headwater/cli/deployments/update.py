"""`headwater deployments update`."""

from typing import Any

import click

from headwater.cli._deployments import (
    client_for,
    config_option,
    endpoint_option,
    model_options,
    name_option,
    print_described,
    target_option,
)


@click.command("update")
@name_option
@model_options
@endpoint_option
@config_option
@target_option
def command(*, name: str, target: str, **options: Any) -> None:
    """Change the model or the configuration of a deployment; without either, start it anew."""
    print_described(client_for(target).update_deployment(name, **options), as_json=False)
