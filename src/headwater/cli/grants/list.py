"""`headwater grants list`."""

import click

from headwater.cli._access import find_thing, thing_options
from headwater.cli._options import json_option, opened_store, tracking_uri_option
from headwater.cli._output import print_json, print_records, say
from headwater.protocol.roles import ListGrants


@click.command("list")
@thing_options
@json_option
@tracking_uri_option
def command(
    *,
    experiment: str,
    model: str,
    all_experiments: bool,
    all_models: bool,
    as_json: bool,
    tracking_uri: str,
) -> None:
    """List who may do what with one thing, or with all of a kind."""
    with opened_store(tracking_uri) as store:
        kind, resource = find_thing(
            store, experiment=experiment, model=model, all_experiments=all_experiments, all_models=all_models
        )
        found = store.roles.list_grants(ListGrants(kind, resource))
    if as_json:
        print_json(found)
        return
    print_records(
        found.grants,
        {
            "user": lambda grant: grant.username,
            "role": lambda grant: grant.role,
            "level": lambda grant: grant.level,
        },
    )
    say(f"Everybody else: {found.default}, unless something is granted on all of the kind.")
