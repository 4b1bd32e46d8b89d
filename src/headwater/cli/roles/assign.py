"""`headwater roles assign`."""

import click

from headwater.cli._access import user_argument
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.roles import AssignRole


@click.command("assign")
@click.argument("name", metavar="ROLE")
@user_argument
@tracking_uri_option
def command(*, name: str, username: str, tracking_uri: str) -> None:
    """Give a role to a user."""
    with opened_store(tracking_uri) as store:
        store.roles.assign(AssignRole(name, username))
    click.echo(f"'{username}' has the role '{name}' now.")
