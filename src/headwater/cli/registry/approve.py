"""`headwater registry approve`."""

import click

from headwater.cli._options import current_user, opened_registry, reason_option, registry_uri_option
from headwater.protocol.governance import Approve


@click.command("approve")
@click.argument("name", metavar="NAME")
@click.argument("version", metavar="VERSION")
@click.option("--role", required=True, metavar="ROLE", help="The role that the model's policy gives you.")
@click.option("--withdraw", is_flag=True, help="Withdraw the approval.")
@reason_option
@registry_uri_option
def command(*, name: str, version: str, role: str, withdraw: bool, reason: str, registry_uri: str) -> None:
    """Approve a version, as its model's policy may ask for before it is promoted."""
    user = current_user()
    with opened_registry(registry_uri) as store:
        store.governance.approve(Approve(name, version, role, withdraw, user_id=user, reason=reason))
    click.echo(f"'{user}' {'no longer approves' if withdraw else 'approves'} version {version} of model '{name}'.")
