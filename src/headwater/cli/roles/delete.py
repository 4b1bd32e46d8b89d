"""`headwater roles delete`."""

import click

from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.roles import DeleteRole


@click.command("delete")
@click.argument("name", metavar="NAME")
@tracking_uri_option
def command(*, name: str, tracking_uri: str) -> None:
    """Delete a role; whoever had it loses what it allowed."""
    with opened_store(tracking_uri) as store:
        store.roles.delete(DeleteRole(name))
    click.echo(f"Deleted role '{name}'.")
