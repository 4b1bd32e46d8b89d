"""`headwater tokens revoke`."""

import click

from headwater.cli._access import check_owner, owner_option
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.users import RevokeToken


@click.command("revoke")
@click.argument("token_id", metavar="TOKEN_ID")
@owner_option
@tracking_uri_option
def command(*, token_id: str, username: str, tracking_uri: str) -> None:
    """Make a token stop working at once; `headwater tokens list` names it."""
    check_owner(username, tracking_uri)
    with opened_store(tracking_uri) as store:
        store.users.revoke_token(RevokeToken(token_id, username))
    click.echo(f"Revoked token '{token_id}'.")
