"""`headwater registry rename`."""

import click

from headwater.cli._options import opened_registry, registry_uri_option
from headwater.protocol.registered_models import RenameRegisteredModel


@click.command("rename")
@click.argument("name", metavar="NAME")
@click.argument("new_name", metavar="NEW_NAME")
@registry_uri_option
def command(*, name: str, new_name: str, registry_uri: str) -> None:
    """Give a registered model another name; versions, tags and aliases stay."""
    with opened_registry(registry_uri) as store:
        store.registered_models.rename(RenameRegisteredModel(name, new_name))
    click.echo(f"Model '{name}' has been renamed to '{new_name}'.")
