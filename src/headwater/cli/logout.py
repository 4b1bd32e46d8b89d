"""`headwater logout`."""

import click

from headwater.cli._output import say
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.users import RevokeToken


@click.command("logout")
@click.argument("url", metavar="URL")
def command(*, url: str) -> None:
    """Forget how to sign in to a server, and revoke the token that `headwater login` made."""
    from headwater.stores.rest import RestStore
    from headwater.stores.rest.logins import find_login, forget_login

    login = find_login(url)
    if login is None:
        raise click.ClickException(f"You are not signed in to '{url.rpartition('@')[2]}'.")
    forget_login(url)
    if login.token_id:
        store = RestStore(url, credentials=("", login.token), retries=0)
        try:
            store.users.revoke_token(RevokeToken(login.token_id, login.username))
        except HeadwaterError as error:
            say(f"The token could not be revoked, and works until it ends: {error.message}")
        finally:
            store.close()
    click.echo(f"Signed out of '{url.rpartition('@')[2]}'.")
