"""`headwater registry get`."""

import click

from headwater.cli._options import json_option, opened_registry, registry_uri_option, version_arguments
from headwater.cli._output import format_time, print_json, print_pairs
from headwater.protocol.model_versions import GetModelVersion, ModelVersion
from headwater.protocol.registered_models import GetRegisteredModel, RegisteredModel


@click.command("get")
@version_arguments
@json_option
@registry_uri_option
def command(*, name: str, version: str, as_json: bool, registry_uri: str) -> None:
    """Show a registered model, or one of its versions (also: describe)."""
    with opened_registry(registry_uri) as store:
        found: RegisteredModel | ModelVersion
        if version:
            found = store.model_versions.get(GetModelVersion(name, version)).model_version
        else:
            found = store.registered_models.get(GetRegisteredModel(name)).registered_model
    if as_json:
        print_json(found)
    else:
        print_pairs(_version_pairs(found) if isinstance(found, ModelVersion) else _model_pairs(found))


def _model_pairs(model: RegisteredModel) -> list[tuple[str, str]]:
    return [
        ("name", model.name),
        ("description", model.description or ""),
        ("created", format_time(model.creation_timestamp)),
        ("last update", format_time(model.last_updated_timestamp)),
        *((f"alias {alias.alias}", alias.version) for alias in model.aliases),
        *((f"latest in {version.current_stage}", version.version) for version in model.latest_versions),
        *((f"tag {tag.key}", tag.value) for tag in model.tags),
    ]


def _version_pairs(version: ModelVersion) -> list[tuple[str, str]]:
    return [
        ("name", version.name),
        ("version", version.version),
        ("stage", version.current_stage),
        ("aliases", " ".join(version.aliases)),
        ("description", version.description or ""),
        ("run", version.run_id),
        ("source", version.source),
        ("status", version.status),
        ("created", format_time(version.creation_timestamp)),
        ("last update", format_time(version.last_updated_timestamp)),
        *((f"tag {tag.key}", tag.value) for tag in version.tags),
    ]
