"""`headwater tokens list`."""

import click

from headwater.cli._access import check_owner, owner_option
from headwater.cli._options import json_option, opened_store, tracking_uri_option
from headwater.cli._output import format_time, print_json, print_records
from headwater.protocol.endpoint import Permission
from headwater.protocol.roles import EVERYTHING
from headwater.protocol.users import ListTokens, TokenScope


@click.command("list")
@owner_option
@json_option
@tracking_uri_option
def command(*, username: str, as_json: bool, tracking_uri: str) -> None:
    """List the tokens of a user, the newest first."""
    check_owner(username, tracking_uri)
    with opened_store(tracking_uri) as store:
        tokens = store.users.list_tokens(ListTokens(username)).tokens
    if as_json:
        print_json(tokens)
        return
    print_records(
        tokens,
        {
            "id": lambda token: token.token_id,
            "name": lambda token: token.name,
            "may": lambda token: _describe(token.scope),
            "begins": lambda token: token.prefix,
            "made": lambda token: format_time(token.creation_time),
            "ends": lambda token: format_time(token.expires or None),
            "last used": lambda token: format_time(token.last_used or None),
        },
    )


def _describe(scope: TokenScope) -> str:
    level = "all" if scope.level is Permission.ADMIN else scope.level.lower()
    if not scope.is_limited:
        return level
    kinds = {"experiments": scope.experiments or [], "models": scope.registered_models or []}
    parts = [
        f"all {kind}" if EVERYTHING in names else f"{kind} {', '.join(names)}" for kind, names in kinds.items() if names
    ]
    return f"{level}: {'; '.join(parts) or 'nothing that is left'}"
