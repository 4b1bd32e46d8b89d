"""`headwater users delete`."""

import click

from headwater.cli._access import user_argument
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.users import DeleteUser


@click.command("delete")
@user_argument
@tracking_uri_option
def command(*, username: str, tracking_uri: str) -> None:
    """Delete a user with tokens, roles and grants; what the user logged stays."""
    with opened_store(tracking_uri) as store:
        store.users.delete(DeleteUser(username))
    click.echo(f"Deleted user '{username}'.")
