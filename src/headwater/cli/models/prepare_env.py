"""`headwater models prepare-env`."""

import click

from headwater.cli._options import model_store_option
from headwater.config import ALLOW_PICKLE


@click.command("prepare-env")
@click.option("--model-uri", "-m", required=True, metavar="URI", help="A path, runs:/…, models:/… and so on.")
@click.option(
    "--env-manager",
    type=click.Choice(["uv", "virtualenv", "local"]),
    default="uv",
    show_default=True,
    help="virtualenv means uv; local: make none.",
)
@click.option("--install-mlflow", is_flag=True, help="Install MLflow, too, if the model names it.")
@click.option("--allow-pickle", is_flag=True, help=f"You trust the model's author.  [env: {ALLOW_PICKLE.name}]")
@model_store_option
def command(*, model_uri: str, env_manager: str, install_mlflow: bool, allow_pickle: bool) -> None:
    """Download a model and make the environment that it needs, so that using it later is quick."""
    from headwater.models.isolated.model import prepare_isolated
    from headwater.models.load import open_model

    folder = open_model(model_uri)
    if env_manager == "local":
        return
    options = {"install_mlflow": install_mlflow, "allow_pickle": allow_pickle or None}
    with prepare_isolated(folder, env_manager=env_manager, **options) as held:  # type: ignore[arg-type]  # by name
        click.echo(held.python)
