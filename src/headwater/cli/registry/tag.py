"""`headwater registry tag`."""

import click

from headwater.cli._options import current_user, opened_registry, registry_uri_option, tag_option, version_arguments
from headwater.protocol.model_versions import DeleteModelVersionTag, SetModelVersionTag
from headwater.protocol.registered_models import DeleteRegisteredModelTag, SetRegisteredModelTag
from headwater.stores.interface import Store


@click.command("tag")
@version_arguments
@tag_option
@click.option("--remove", multiple=True, metavar="KEY", help="A tag to remove; may be repeated.")
@registry_uri_option
def command(*, name: str, version: str, tags: dict[str, str], remove: tuple[str, ...], registry_uri: str) -> None:
    """Set or remove tags of a registered model, or of one of its versions."""
    if not tags and not remove:
        raise click.UsageError("Give --tag KEY=VALUE or --remove KEY.")
    with opened_registry(registry_uri) as store:
        for key, value in tags.items():
            _set_tag(store, name, version, key, value)
        for key in remove:
            _delete_tag(store, name, version, key)
    changes = [*(f"{key}={value}" for key, value in tags.items()), *(f"{key} removed" for key in remove)]
    click.echo(f"Tags of {f'version {version} of ' if version else ''}model '{name}': {', '.join(changes)}.")


def _set_tag(store: Store, name: str, version: str, key: str, value: str) -> None:
    if version:
        store.model_versions.set_tag(SetModelVersionTag(name, version, key, value, user_id=current_user()))
    else:
        store.registered_models.set_tag(SetRegisteredModelTag(name, key, value, user_id=current_user()))


def _delete_tag(store: Store, name: str, version: str, key: str) -> None:
    if version:
        store.model_versions.delete_tag(DeleteModelVersionTag(name, version, key, user_id=current_user()))
    else:
        store.registered_models.delete_tag(DeleteRegisteredModelTag(name, key, user_id=current_user()))
