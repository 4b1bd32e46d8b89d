"""`headwater users disable`."""

import click

from headwater.cli._access import user_argument
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.users import SetActive


@click.command("disable")
@user_argument
@tracking_uri_option
def command(*, username: str, tracking_uri: str) -> None:
    """Let a user no longer sign in: tokens and sessions stop working at once, and nothing is lost."""
    with opened_store(tracking_uri) as store:
        store.users.set_active(SetActive(username, is_active=False))
    click.echo(f"'{username}' can no longer sign in.")
