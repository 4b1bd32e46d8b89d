"""`headwater registry create`."""

from pathlib import Path

import click

from headwater.cli._options import current_user, json_option, opened_registry, registry_uri_option, tag_option
from headwater.cli._output import print_json, say
from headwater.protocol.model_sources import source_scheme, split_run_source
from headwater.protocol.model_versions import CreateModelVersion, ModelVersion, ModelVersionTag
from headwater.protocol.provenance import Provenance
from headwater.protocol.registered_models import CreateRegisteredModel, RegisteredModel, RegisteredModelTag
from headwater.stores.interface import Store


@click.command("create")
@click.argument("name", metavar="NAME")
@click.argument("source", default="", metavar="[SOURCE]")
@click.option("--run-id", default="", metavar="ID", help="The run that made the files; default: that of runs:/…")
@click.option("--description", default="", metavar="TEXT", help="What it is, in Markdown.")
@tag_option
@json_option
@registry_uri_option
def command(
    *,
    name: str,
    source: str,
    run_id: str,
    description: str,
    tags: dict[str, str],
    as_json: bool,
    registry_uri: str,
) -> None:
    """Create a registered model; with SOURCE, make the next version of one that is there.

    SOURCE is runs:/<run_id>/<path>, an artifact URI, or models:/<name>/<version> for a copy.
    """
    made: RegisteredModel | ModelVersion
    with opened_registry(registry_uri) as store:
        if source:
            version_tags = [ModelVersionTag(key, value) for key, value in tags.items()]
            run = run_id or split_run_source(source)[0]
            request = CreateModelVersion(
                name,
                source,
                run,
                version_tags,
                description=description,
                provenance=_find_provenance(store, source),
                user_id=current_user(),
            )
            made = store.model_versions.create(request).model_version
        else:
            model_tags = [RegisteredModelTag(key, value) for key, value in tags.items()]
            model = CreateRegisteredModel(name, model_tags, description, user_id=current_user())
            made = store.registered_models.create(model).registered_model
    if as_json:
        print_json(made)
    elif isinstance(made, ModelVersion):
        click.echo(f"Created version {made.version} of model '{name}'.")
    else:
        click.echo(f"Created model '{name}'.")


def _find_provenance(store: Store, source: str) -> Provenance | None:
    """Return the files of a folder or bucket with their digests; the store knows those that it has itself."""
    if source_scheme(source) in {"runs", "models", "mlflow-artifacts"} or not (
        source_scheme(source) or Path(source).exists()
    ):
        return None
    from headwater.tracking.provenance import try_to_describe_files

    return Provenance(try_to_describe_files(store, source, say))
