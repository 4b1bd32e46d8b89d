"""`headwater models update-pip-requirements`."""

import click

from headwater.cli._options import model_store_option


@click.command("update-pip-requirements")
@click.option("--model-uri", "-m", required=True, metavar="URI", help="A path, runs:/… or models:/m-….")
@click.argument("operation", type=click.Choice(["add", "remove"]))
@click.argument("requirements", nargs=-1, required=True, metavar="REQUIREMENT...")
@model_store_option
def command(*, model_uri: str, operation: str, requirements: tuple[str, ...]) -> None:
    """Add packages to what a model needs installed, or remove some; other versions of the same are replaced."""
    from headwater.models.editing import update_model_requirements

    update_model_requirements(model_uri, operation, requirements)
