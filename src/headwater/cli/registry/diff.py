"""`headwater registry diff`."""

import click

from headwater.cli._options import json_option, registry_uri_in_force, registry_uri_option, tracking_uri_in_force
from headwater.cli._output import print_json, printable
from headwater.protocol.model_names import is_model_uri


@click.command("diff")
@click.argument("name", metavar="NAME")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@json_option
@registry_uri_option
def command(*, name: str, old: str, new: str, as_json: bool, registry_uri: str) -> None:
    """Show what changed between two versions, and whether NEW can take the place of OLD for its callers.

    OLD and NEW are versions, @aliases or stages of the model, or whole URIs: models:/<name>/<version>.
    """
    from headwater.tracking.comparing import compare_versions

    found = compare_versions(
        _spell(name, old),
        _spell(name, new),
        tracking_uri=tracking_uri_in_force(registry_uri),
        registry_uri=registry_uri_in_force(registry_uri),
    )
    if as_json:
        print_json(found)
        return
    click.echo(f"signature\t{found.signature.verdict.value}")
    for change in found.signature.changes:
        types = f" ({change.old or '-'} → {change.new or '-'})" if change.old or change.new else ""
        breaks = "breaking: " if change.breaking else ""
        click.echo(printable(f"signature {change.part} {change.name}  {breaks}{change.text}{types}"))
    for metric in found.metrics:
        old_value, new_value = ("-" if value is None else f"{value:g}" for value in (metric.old, metric.new))
        change_text = "" if metric.change is None else f" ({metric.change:+g})"
        click.echo(printable(f"metric {metric.key}  {old_value} → {new_value}{change_text}"))
    for kind in ("params", "tags", "requirements", "datasets", "code", "files", "lineage"):
        for entry in getattr(found, kind):
            before, after = ("-" if value is None else value or "any" for value in (entry.old, entry.new))
            click.echo(printable(f"{kind.removesuffix('s')} {entry.key}  {before} → {after}"))


def _spell(name: str, version: str) -> str:
    if is_model_uri(version):
        return version
    return f"models:/{name}{version}" if version.startswith("@") else f"models:/{name}/{version}"
