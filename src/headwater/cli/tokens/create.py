"""`headwater tokens create`."""

import click

from headwater.cli._access import check_owner, owner_option
from headwater.cli._options import json_option, opened_store, tracking_uri_option
from headwater.cli._output import print_json, say
from headwater.protocol.users import CreateToken

_DAY_S = 86_400


@click.command("create")
@click.argument("name", metavar="NAME")
@owner_option
@click.option("--days", type=click.IntRange(1, 36_500), help="For how long; default: until it is revoked.")
@json_option
@tracking_uri_option
def command(*, name: str, username: str, days: int | None, as_json: bool, tracking_uri: str) -> None:
    """Make a token, whose NAME says what it is for, and print its secret, which is not told again."""
    check_owner(username, tracking_uri)
    with opened_store(tracking_uri) as store:
        made = store.users.create_token(CreateToken(name, username, (days or 0) * _DAY_S))
    if as_json:
        print_json(made)
        return
    click.echo(made.secret)
    say("This is the only time it is shown. Programs send it as HEADWATER_TOKEN or MLFLOW_TRACKING_TOKEN.")
