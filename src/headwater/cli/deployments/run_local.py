"""`headwater deployments run-local`."""

from typing import Any

import click

from headwater.cli._deployments import (
    config_option,
    model_options,
    name_option,
    print_described,
    require_model,
    target_option,
)


@click.command("run-local")
@name_option
@model_options
@config_option
@target_option
def command(*, name: str, target: str, model_uri: str | None, **options: Any) -> None:
    """Deploy a model on this machine as the target would elsewhere."""
    from headwater.deployments import get_deployments_target, run_local

    found = run_local(target or get_deployments_target(), name, require_model(model_uri), **options)
    print_described(found or {"name": name}, as_json=False)
