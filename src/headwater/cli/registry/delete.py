"""`headwater registry delete`."""

import click

from headwater.cli._options import (
    current_user,
    opened_registry,
    reason_option,
    registry_uri_option,
    version_arguments,
)
from headwater.protocol.model_versions import DeleteModelVersion
from headwater.protocol.registered_models import DeleteRegisteredModel


@click.command("delete")
@version_arguments
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@reason_option
@registry_uri_option
def command(*, name: str, version: str, yes: bool, reason: str, registry_uri: str) -> None:
    """Delete a registered model with all its versions, or one version, for good."""
    what = f"Version {version} of model '{name}'" if version else f"Model '{name}' with all its versions"
    if not yes:
        click.confirm(f"{what} will be deleted for good. Continue?", abort=True, err=True)
    with opened_registry(registry_uri) as store:
        if version:
            store.model_versions.delete(DeleteModelVersion(name, version, user_id=current_user(), reason=reason))
        else:
            gone = DeleteRegisteredModel(name, user_id=current_user(), reason=reason)
            store.registered_models.delete(gone)
    click.echo(f"{what} has been deleted.")
