"""`headwater models predict`."""

import sys

import click

from headwater.cli._options import model_store_option
from headwater.config import ALLOW_PICKLE


def _split_variables(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    parts = [value.partition("=") for value in values]
    if wrong := [name for name, mark, _ in parts if not mark]:
        raise click.BadParameter(f"'{wrong[0]}' is not NAME=VALUE.")
    return {name: value for name, _, value in parts}


@click.command("predict")
@click.option("--model-uri", "-m", required=True, metavar="URI", help="A path, runs:/…, models:/… and so on.")
@click.option("--input-path", "-i", metavar="FILE", help="What to predict on; default: standard input.")
@click.option("--output-path", "-o", metavar="FILE", help="Where to write the JSON; default: standard output.")
@click.option("--content-type", "-t", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@click.option(
    "--env-manager",
    type=click.Choice(["uv", "virtualenv", "local"]),
    default="uv",
    show_default=True,
    help="uv: an environment of the model's requirements; virtualenv is the same; local: this one.",
)
@click.option("--install-mlflow", is_flag=True, help="Install MLflow, too, if the model names it.")
@click.option("--pip-requirements-override", "-r", multiple=True, metavar="LINE", help="Instead of the model's own.")
@click.option("--env", multiple=True, metavar="NAME=VALUE", callback=_split_variables, help="For the model's process.")
@click.option("--allow-pickle", is_flag=True, help=f"You trust the model's author.  [env: {ALLOW_PICKLE.name}]")
@model_store_option
def command(
    *, model_uri: str, input_path: str | None, allow_pickle: bool, env: dict[str, str], **options: object
) -> None:
    """Predict on a file as the scoring server would, and write {"predictions": …}."""
    from headwater.models.prediction import predict

    data = sys.stdin.buffer.read() if input_path is None else None
    predict(
        model_uri,
        data,
        input_path,
        extra_envs=env,
        allow_pickle=allow_pickle or None,
        **options,  # type: ignore[arg-type]  # click checked them
    )
