"""`headwater users set-password`."""

import click

from headwater.cli._access import password_stdin_option, read_password, user_argument
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.users import UpdatePassword


@click.command("set-password")
@user_argument
@password_stdin_option
@click.option("--current", is_flag=True, help="Ask for the current password too: whoever changes their own needs it.")
@tracking_uri_option
def command(*, username: str, password_stdin: bool, current: bool, tracking_uri: str) -> None:
    """Change a password; whoever is signed in with the old one in a browser has to sign in again.

    With --password-stdin and --current, the current password is the first line and the new one the second.
    """
    if password_stdin and current:
        old, _, new = read_password("", from_stdin=True).partition("\n")
        old, new = old.rstrip("\r"), new.rstrip("\r")
    else:
        old = read_password("Current password", from_stdin=False) if current else ""
        new = read_password("New password", from_stdin=password_stdin, confirm=True)
    with opened_store(tracking_uri) as store:
        store.users.update_password(UpdatePassword(username, new, old))
    click.echo(f"Changed the password of '{username}'.")
