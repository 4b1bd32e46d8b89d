"""`headwater roles withdraw`."""

import click

from headwater.cli._access import user_argument
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.roles import AssignRole


@click.command("withdraw")
@click.argument("name", metavar="ROLE")
@user_argument
@tracking_uri_option
def command(*, name: str, username: str, tracking_uri: str) -> None:
    """Take a role away from a user."""
    with opened_store(tracking_uri) as store:
        store.roles.assign(AssignRole(name, username, withdraw=True))
    click.echo(f"'{username}' does not have the role '{name}' any more.")
