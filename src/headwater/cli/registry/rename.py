"""`headwater registry rename`."""

import click

from headwater.cli._options import current_user, opened_registry, reason_option, registry_uri_option
from headwater.protocol.registered_models import RenameRegisteredModel


@click.command("rename")
@click.argument("name", metavar="NAME")
@click.argument("new_name", metavar="NEW_NAME")
@reason_option
@registry_uri_option
def command(*, name: str, new_name: str, reason: str, registry_uri: str) -> None:
    """Give a registered model another name; versions, tags and aliases stay."""
    with opened_registry(registry_uri) as store:
        renamed = RenameRegisteredModel(name, new_name, user_id=current_user(), reason=reason)
        store.registered_models.rename(renamed)
    click.echo(f"Model '{name}' has been renamed to '{new_name}'.")
