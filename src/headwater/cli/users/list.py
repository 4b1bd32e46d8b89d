"""`headwater users list`."""

import click

from headwater.cli._options import json_option, opened_store, tracking_uri_option
from headwater.cli._output import format_time, print_json, print_records
from headwater.protocol.users import ListUsers


@click.command("list")
@json_option
@tracking_uri_option
def command(*, as_json: bool, tracking_uri: str) -> None:
    """List the users by name."""
    with opened_store(tracking_uri) as store:
        users = store.users.list(ListUsers()).users
    if as_json:
        print_json(users)
        return
    print_records(
        users,
        {
            "name": lambda user: user.username,
            "administrator": lambda user: "yes" if user.is_admin else "",
            "disabled": lambda user: "" if user.is_active else "yes",
            "signs in by": lambda user: (
                "tokens" if user.source == "password" and not user.has_password else user.source
            ),
            "roles": lambda user: ", ".join(user.roles),
            "last seen": lambda user: format_time(user.last_seen or None),
        },
    )
