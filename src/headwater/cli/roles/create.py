"""`headwater roles create`."""

import click

from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.roles import CreateRole


@click.command("create")
@click.argument("name", metavar="NAME")
@click.option("--description", default="", metavar="TEXT", help="Whom it is for.")
@tracking_uri_option
def command(*, name: str, description: str, tracking_uri: str) -> None:
    """Make a role that nobody has and that allows nothing yet."""
    with opened_store(tracking_uri) as store:
        store.roles.create(CreateRole(name, description))
    click.echo(f"Created role '{name}'. Grant it something with: headwater grants set --role '{name}'")
