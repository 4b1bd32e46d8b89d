"""`headwater registry rollback`."""

import click

from headwater.cli._options import (
    current_user,
    opened_registry,
    reason_option,
    registry_uri_option,
    target_options,
)
from headwater.protocol.governance import RollBack, check_target


@click.command("rollback")
@click.argument("name", metavar="NAME")
@target_options
@click.option("--version", default="", metavar="VERSION", help="Only if this version is the one that is replaced.")
@reason_option
@registry_uri_option
def command(*, name: str, alias: str, stage: str, version: str, reason: str, registry_uri: str) -> None:
    """Give an alias or a stage back to the version that had it before; no gate is asked."""
    check_target(alias, stage)
    with opened_registry(registry_uri) as store:
        request = RollBack(name, alias, stage, version, user_id=current_user(), reason=reason)
        answer = store.governance.roll_back(request)
    target = f"@{alias}" if alias else stage
    replaced = f", instead of version {answer.old}" if answer.old else ""
    click.echo(f"Version {answer.new} of model '{name}' is {target} again{replaced}.")
