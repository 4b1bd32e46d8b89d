"""`headwater grants set`."""

import click

from headwater.cli._access import find_thing, subject_options, thing_options
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.roles import Grant, Level, PutGrant


@click.command("set")
@click.argument("level", metavar="LEVEL", type=click.Choice(list(Level), case_sensitive=False))
@subject_options
@thing_options
@tracking_uri_option
def command(
    *,
    level: Level,
    username: str,
    role: str,
    experiment: str,
    model: str,
    all_experiments: bool,
    all_models: bool,
    tracking_uri: str,
) -> None:
    """Let a user, or whoever has a role, do something with one thing, or with all of a kind.

    LEVEL is READ, EDIT, MANAGE (which includes to grant) or NO_PERMISSIONS, which hides the thing. It takes the place
    of what was granted to the same user or role on the same thing.
    """
    with opened_store(tracking_uri) as store:
        kind, resource = find_thing(
            store, experiment=experiment, model=model, all_experiments=all_experiments, all_models=all_models
        )
        grant = Grant(kind=kind, resource=resource, level=Level(level), username=username, role=role)
        store.roles.put_grant(PutGrant(grant))
    click.echo(f"Granted {grant.level} to '{username or role}'.")
