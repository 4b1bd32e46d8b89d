"""`headwater login`."""

import socket

import click

from headwater.cli._access import read_password
from headwater.cli._options import current_user
from headwater.cli._output import say
from headwater.protocol.users import CreateToken, GetCurrentUser

_DAY_S = 86_400


@click.command("login")
@click.argument("url", metavar="URL")
@click.option("--username", "-u", default="", metavar="NAME", help="Who you are there; default: asked for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--token-stdin", is_flag=True, help="Read a token of yours from standard input, instead of a password.")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How long it lasts.")
def command(*, url: str, username: str, password_stdin: bool, token_stdin: bool, days: int) -> None:
    """Sign in to a server, for all programs of yours on this machine.

    Your password makes a token, which is kept in a file that only you can read; the password is not kept.
    """
    from headwater.stores.rest import RestStore
    from headwater.stores.rest.logins import Login, is_in_clear, save_login

    if is_in_clear(url):
        say(f"The connection to '{url}' is not encrypted: others on the network can read what you send. Use https.")
    if token_stdin:
        login = Login(read_password("", from_stdin=True))
    else:
        username = username or click.prompt("User name", default=current_user() or None, err=True)
        password = read_password("Password", from_stdin=password_stdin)
        store = RestStore(url, credentials=(username, password))
        try:
            name = f"headwater login on {socket.gethostname()}"[:200]
            made = store.users.create_token(CreateToken(name, username, days * _DAY_S))
        finally:
            store.close()
        login = Login(made.secret, made.token.token_id, username)
    store = RestStore(url, credentials=("", login.token))
    try:
        user = store.users.get_current(GetCurrentUser()).user
    finally:
        store.close()
    save_login(url, login)
    click.echo(f"Signed in to '{store.url}' as '{user.username}'.")
