"""`headwater registry alias`."""

import click

from headwater.cli._options import current_user, opened_registry, reason_option, registry_uri_option
from headwater.protocol.registered_models import DeleteRegisteredModelAlias, SetRegisteredModelAlias


@click.command("alias")
@click.argument("name", metavar="NAME")
@click.argument("alias", metavar="ALIAS")
@click.argument("version", default="", metavar="[VERSION]")
@click.option("--remove", is_flag=True, help="Remove the alias.")
@reason_option
@registry_uri_option
def command(*, name: str, alias: str, version: str, remove: bool, reason: str, registry_uri: str) -> None:
    """Point an alias at a version, wherever it pointed before, or remove it."""
    if remove == bool(version):
        raise click.UsageError("Give either VERSION or --remove.")
    with opened_registry(registry_uri) as store:
        if remove:
            gone = DeleteRegisteredModelAlias(name, alias, user_id=current_user(), reason=reason)
            store.registered_models.delete_alias(gone)
        else:
            moved = SetRegisteredModelAlias(name, alias, version, user_id=current_user(), reason=reason)
            store.registered_models.set_alias(moved)
    click.echo(f"models:/{name}@{alias} {'has been removed' if remove else f'is version {version}'}.")
