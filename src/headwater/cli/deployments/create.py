"""`headwater deployments create`."""

from typing import Any

import click

from headwater.cli._deployments import (
    client_for,
    config_option,
    endpoint_option,
    model_options,
    name_option,
    print_described,
    require_model,
    target_option,
)


@click.command("create")
@name_option
@model_options
@endpoint_option
@config_option
@target_option
def command(*, name: str, target: str, model_uri: str | None, **options: Any) -> None:
    """Deploy a model under a new name, and wait until it answers."""
    described = client_for(target).create_deployment(name, require_model(model_uri), **options)
    print_described(described, as_json=False)
