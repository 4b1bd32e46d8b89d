"""`headwater deployments help`."""

import click

from headwater.cli._deployments import (
    target_option,
)


@click.command("help")
@target_option
def command(*, target: str) -> None:
    """Say what a target's configuration may say."""
    from headwater.deployments import get_deployments_target, target_help

    click.echo(target_help(target or get_deployments_target()))
