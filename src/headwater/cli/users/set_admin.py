"""`headwater users set-admin`."""

import click

from headwater.cli._access import user_argument
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.users import UpdateAdmin


@click.command("set-admin")
@user_argument
@click.option("--off", is_flag=True, help="No longer one; there is always one left.")
@tracking_uri_option
def command(*, username: str, off: bool, tracking_uri: str) -> None:
    """Make a user an administrator, who may do everything."""
    with opened_store(tracking_uri) as store:
        store.users.update_admin(UpdateAdmin(username, not off))
    click.echo(f"'{username}' is {'no longer' if off else 'now'} an administrator.")
