"""`headwater models predict`."""

import json
from pathlib import Path
from typing import Any

import click

from headwater.cli._options import model_store_option
from headwater.config import ALLOW_PICKLE
from headwater.models.batch.engines import ENGINES
from headwater.models.batch.formats import Format


def _split_variables(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    parts = [value.partition("=") for value in values]
    if wrong := [name for name, mark, _ in parts if not mark]:
        raise click.BadParameter(f"'{wrong[0]}' is not NAME=VALUE.")
    return {name: value for name, _, value in parts}


def _read_params(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Any]:
    """Return params by name: JSON where the value is some, else text."""
    found: dict[str, Any] = {}
    for name, value in _split_variables(_context, _parameter, values).items():
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


@click.command("predict")
@click.option("--model-uri", "-m", required=True, metavar="URI", help="A path, runs:/…, models:/… and so on.")
@click.option("--input-path", "-i", default="", metavar="PATH", help="A file, or a folder of them; default: stdin.")
@click.option("--output-path", "-o", default="", metavar="PATH", help="Where predictions go; default: stdout.")
@click.option(
    "--content-type",
    "-t",
    type=click.Choice([form.value for form in Format]),
    help="Format of the input; default: what its name ends with, else json.",
)
@click.option(
    "--output-type",
    type=click.Choice([form.value for form in Format]),
    help="Format of the output; default: what its name ends with, else json.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    help="What does the work: this process, a chunk of rows at a time, or a cluster.",
)
@click.option("--address", default="", metavar="ADDRESS", help="Of the engine's cluster; for Spark, its master.")
@click.option("--keep", "-k", multiple=True, metavar="COLUMN", help="Write this column of the input, too; may repeat.")
@click.option(
    "--param", "-P", "params", multiple=True, metavar="NAME=VALUE", callback=_read_params, help="A param of the model."
)
@click.option("--chunk-rows", type=click.IntRange(min=1), help="Rows predicted at once; default: 2 million values.")
@click.option("--progress/--no-progress", default=None, help="Show a bar; default: if stderr is a terminal.")
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
def command(*, input_path: str, output_path: str, allow_pickle: bool, **options: Any) -> None:
    """Predict for the rows of a file, however large, or for one document as the scoring server would.

    CSV, Parquet and JSON lines are read and written chunk by chunk. Predictions are the column `prediction`, or those
    that the model names, after the columns to --keep. A document of JSON, or what goes into one, is answered with
    {"predictions": …}.
    """
    from headwater.cli._predicting import predict

    predict(Path(input_path or "-"), Path(output_path or "-"), allow_pickle=allow_pickle or None, **options)
