"""`headwater registry copy`."""

import click

from headwater.cli._options import (
    reason_option,
    registry_uri_in_force,
    registry_uri_option,
    tracking_uri_in_force,
)
from headwater.cli._output import without_password


@click.command("copy")
@click.argument("uri", metavar="URI")
@click.argument("name", metavar="NAME")
@click.option("--to", "target", metavar="REGISTRY_URI", help="Another registry, which gets the files too.")
@reason_option
@registry_uri_option
def command(*, uri: str, name: str, target: str | None, reason: str, registry_uri: str) -> None:
    """Make the next version of the model NAME of another version, with its files, tags and lineage.

    URI is models:/<name>/<version>, models:/<name>@<alias> or models:/<name>/<stage>.
    """
    from headwater.tracking.client import Client

    client = Client(tracking_uri_in_force(registry_uri), registry_uri_in_force(registry_uri))
    made = client.copy_model_version(uri, name, registry_uri=target, reason=reason)
    place = f" at {without_password(target)}" if target else ""
    click.echo(f"Created version {made.version} of model '{name}'{place}.")
