"""`headwater roles list`."""

import click

from headwater.cli._options import json_option, opened_store, tracking_uri_option
from headwater.cli._output import print_json, print_records
from headwater.protocol.roles import EVERYTHING, Grant, Kind, ListRoles

_NAMES = {Kind.EXPERIMENT: "experiment", Kind.REGISTERED_MODEL: "model"}


@click.command("list")
@json_option
@tracking_uri_option
def command(*, as_json: bool, tracking_uri: str) -> None:
    """List the roles, who has them and what they allow."""
    with opened_store(tracking_uri) as store:
        roles = store.roles.list(ListRoles()).roles
    if as_json:
        print_json(roles)
        return
    print_records(
        roles,
        {
            "name": lambda role: role.name,
            "users": lambda role: ", ".join(role.users),
            "allows": lambda role: ", ".join(map(_spell, role.grants)),
            "description": lambda role: role.description,
        },
    )


def _spell(grant: Grant) -> str:
    thing = f"all {_NAMES[grant.kind]}s" if grant.resource == EVERYTHING else f"{_NAMES[grant.kind]} {grant.resource}"
    return f"{grant.level} {thing}"
