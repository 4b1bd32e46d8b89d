"""`headwater registry alias`."""

import click

from headwater.cli._options import opened_registry, registry_uri_option
from headwater.protocol.registered_models import DeleteRegisteredModelAlias, SetRegisteredModelAlias


@click.command("alias")
@click.argument("name", metavar="NAME")
@click.argument("alias", metavar="ALIAS")
@click.argument("version", default="", metavar="[VERSION]")
@click.option("--remove", is_flag=True, help="Remove the alias.")
@registry_uri_option
def command(*, name: str, alias: str, version: str, remove: bool, registry_uri: str) -> None:
    """Point an alias at a version, wherever it pointed before, or remove it."""
    if remove == bool(version):
        raise click.UsageError("Give either VERSION or --remove.")
    with opened_registry(registry_uri) as store:
        if remove:
            store.registered_models.delete_alias(DeleteRegisteredModelAlias(name, alias))
        else:
            store.registered_models.set_alias(SetRegisteredModelAlias(name, alias, version))
    click.echo(f"models:/{name}@{alias} {'has been removed' if remove else f'is version {version}'}.")
