"""`headwater users enable`."""

import click

from headwater.cli._access import user_argument
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.users import SetActive


@click.command("enable")
@user_argument
@tracking_uri_option
def command(*, username: str, tracking_uri: str) -> None:
    """Let a user who was disabled sign in again."""
    with opened_store(tracking_uri) as store:
        store.users.set_active(SetActive(username, is_active=True))
    click.echo(f"'{username}' can sign in again.")
