"""Options of the commands about images that serve models."""

from collections.abc import Callable
from typing import Any

import click

from headwater.cli._options import CommandT
from headwater.config import ALLOW_PICKLE

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--model-uri", "-m", default=None, metavar="URI", help="The model; default: one mounted at /opt/ml/model."
    ),
    click.option("--base-image", default="", metavar="IMAGE", help="With Python and apt; default: Python's slim one."),
    click.option("--install-java", type=bool, is_flag=False, flag_value=True, default=False, help="Install Java, too."),
    click.option("--install-mlflow", is_flag=True, help="Install MLflow, too, if the model names it."),
    click.option(
        "--env-manager",
        type=click.Choice(["uv", "virtualenv", "local"]),
        default="uv",
        help="For callers of MLflow: the image always has an environment made by uv.",
    ),
    click.option("--mlflow-home", default="", hidden=True),
    click.option("--allow-pickle", is_flag=True, help=f"You trust the model's author.  [env: {ALLOW_PICKLE.name}]"),
)


def image_options(command: CommandT) -> CommandT:
    """Add what an image is made of; the command gets it as `base_image`, `install_java` and so on."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def image_arguments(options: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `generate_dockerfile` and `build_docker` that the options say."""
    names = ("model_uri", "base_image", "install_java", "install_mlflow")
    return {**{name: options[name] for name in names}, "allow_pickle": options["allow_pickle"] or None}
