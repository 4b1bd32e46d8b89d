"""`headwater grants revoke`."""

import click

from headwater.cli._access import find_thing, subject_options, thing_options
from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.roles import DeleteGrant


@click.command("revoke")
@subject_options
@thing_options
@tracking_uri_option
def command(
    *,
    username: str,
    role: str,
    experiment: str,
    model: str,
    all_experiments: bool,
    all_models: bool,
    tracking_uri: str,
) -> None:
    """Take a grant back: what roles, all things of the kind and the server's default allow applies again."""
    with opened_store(tracking_uri) as store:
        kind, resource = find_thing(
            store, experiment=experiment, model=model, all_experiments=all_experiments, all_models=all_models
        )
        store.roles.delete_grant(DeleteGrant(kind=kind, resource=resource, username=username, role=role))
    click.echo(f"Took back what was granted to '{username or role}'.")
