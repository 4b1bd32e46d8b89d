"""`headwater registry list`."""

import click

from headwater.cli._options import json_option, opened_registry, registry_uri_option
from headwater.cli._output import format_time, print_json, print_records
from headwater.cli._pages import read_models
from headwater.protocol.model_names import NO_STAGE
from headwater.protocol.registered_models import RegisteredModel, SearchRegisteredModels


@click.command("list")
@click.option("--filter", "filter_text", default="", metavar="TEXT", help="For example: name LIKE 'churn%'.")
@click.option("--order-by", multiple=True, metavar="TEXT", help="For example: 'timestamp DESC'; may be repeated.")
@click.option("--max-results", type=click.IntRange(1), default=1000, show_default=True, help="How many at most.")
@json_option
@registry_uri_option
def command(*, filter_text: str, order_by: tuple[str, ...], max_results: int, as_json: bool, registry_uri: str) -> None:
    """List registered models by name (also: search)."""
    with opened_registry(registry_uri) as store:
        models = read_models(store, SearchRegisteredModels(filter_text, order_by=list(order_by)), max_results)
    if as_json:
        print_json(models)
    else:
        print_records(
            models,
            {
                "name": lambda model: model.name,
                "latest": _latest_text,
                "aliases": lambda model: " ".join(f"{alias.alias}={alias.version}" for alias in model.aliases),
                "stages": _stages_text,
                "updated": lambda model: format_time(model.last_updated_timestamp),
            },
        )


def _latest_text(model: RegisteredModel) -> str:
    return str(max((int(version.version) for version in model.latest_versions), default=""))


def _stages_text(model: RegisteredModel) -> str:
    staged = [version for version in model.latest_versions if version.current_stage != NO_STAGE]
    return " ".join(f"{version.current_stage}={version.version}" for version in staged)
