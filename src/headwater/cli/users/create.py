"""`headwater users create`."""

import click

from headwater.cli._access import password_stdin_option, read_password, user_argument
from headwater.cli._options import json_option, opened_store, tracking_uri_option
from headwater.cli._output import print_json, say
from headwater.protocol.users import CreateUser, ListUsers


@click.command("create")
@user_argument
@click.option("--admin", is_flag=True, help="An administrator, who may do everything.")
@password_stdin_option
@click.option("--no-password", is_flag=True, help="One who signs in by tokens only, such as a program.")
@json_option
@tracking_uri_option
def command(
    *, username: str, admin: bool, password_stdin: bool, no_password: bool, as_json: bool, tracking_uri: str
) -> None:
    """Add a user, whose password is asked for, and print the user's name."""
    if no_password and password_stdin:
        raise click.UsageError("Give --password-stdin or --no-password, not both.")
    password = "" if no_password else read_password("Password", from_stdin=password_stdin, confirm=True)
    if not no_password and not password:
        raise click.UsageError("The password is empty. Give one, or --no-password.")
    with opened_store(tracking_uri) as store:
        user = store.users.create(CreateUser(username, password, admin)).user
        has_admin = admin or any(other.is_admin and other.is_active for other in store.users.list(ListUsers()).users)
    if not has_admin:
        say(f"Nobody is an administrator yet. Make one with: headwater users set-admin '{username}'")
    if as_json:
        print_json(user)
    else:
        click.echo(user.username)
