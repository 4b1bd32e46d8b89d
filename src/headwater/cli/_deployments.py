"""Options that the commands about deployments share, and how they print."""

import json
from pathlib import Path
from typing import Any

import click

from headwater.cli._options import CommandT, model_store_option
from headwater.cli._output import print_pairs, print_records
from headwater.config import DEPLOYMENTS_TARGET


def target_option(command: CommandT) -> CommandT:
    """Add `--target`, and the store in which models are."""
    with_target = click.option(
        "--target",
        "-t",
        default="",
        metavar="TARGET",
        help=f"local, or that of a plugin, such as sagemaker:/us-east-1.  [env: {DEPLOYMENTS_TARGET.name}]",
    )
    return with_target(model_store_option(command))


def name_option(command: CommandT) -> CommandT:
    """Add `--name`, which must be given."""
    return click.option("--name", required=True, metavar="NAME", help="The deployment's name.")(command)


def endpoint_option(command: CommandT) -> CommandT:
    """Add `--endpoint`, for targets that have some."""
    return click.option("--endpoint", default=None, metavar="NAME", help="Where the target has endpoints.")(command)


def model_options(command: CommandT) -> CommandT:
    """Add `--model-uri` and `--flavor`."""
    flavor = click.option("--flavor", "-f", default=None, metavar="NAME", help="Which of the model's flavors to use.")
    uri = click.option("--model-uri", "-m", default=None, metavar="URI", help="A path, runs:/…, models:/… and so on.")
    return uri(flavor(command))


def config_option(command: CommandT) -> CommandT:
    """Add `--config NAME=VALUE`, as often as wanted, as the dict `config`."""
    return click.option(
        "--config",
        "-C",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_split,
        help="What the target should know; may be repeated. See: headwater deployments help.",
    )(command)


def input_options(command: CommandT) -> CommandT:
    """Add the file to predict for and the one for the answer."""
    output = click.option("--output-path", "-O", default="", metavar="FILE", help="Default: stdout.")
    given = click.option("--input-path", "-I", required=True, metavar="FILE", help="A request as JSON, or CSV.")
    name = click.option("--name", default=None, metavar="NAME", help="The deployment's name.")
    return name(given(output(endpoint_option(command))))


def client_for(target: str) -> Any:
    """Return the client for a target."""
    from headwater.deployments import get_deploy_client

    return get_deploy_client(target)


def require_model(model_uri: str | None) -> str:
    """Return the model; nothing is a usage error."""
    if not model_uri:
        raise click.UsageError("Missing option '--model-uri' / '-m'.")
    return model_uri


def read_inputs(path: str) -> Any:
    """Return what a file holds: a frame of CSV, or JSON."""
    try:
        if path.lower().endswith(".csv"):
            import pandas as pd

            return pd.read_csv(path)
        return json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"'{path}' cannot be read: {error}", param_hint="--input-path") from error


def write_answer(answer: Any, path: str) -> None:
    """Write an answer as JSON, to stdout without a path."""
    text = json.dumps(answer, default=str)
    if path:
        Path(path).write_text(text, encoding="utf-8")
    else:
        click.echo(text)


def print_described(described: dict[str, Any], *, as_json: bool) -> None:
    """Print what is known of a deployment or an endpoint."""
    if as_json:
        click.echo(json.dumps(described, indent=2, default=str))
    else:
        print_pairs((key, _text(value)) for key, value in described.items())


def print_all_described(found: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print several, a line each with what all of them say first."""
    if as_json:
        click.echo(json.dumps(found, indent=2, default=str))
        return
    names = [name for name in ("name", "status", "url", "model_uri") if any(name in each for each in found)]
    columns = {name: (lambda each, name=name: _text(each.get(name, ""))) for name in names}
    print_records(found, columns or {"name": str})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _split(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in values:
        name, mark, value = text.partition("=")
        if not mark or not name:
            raise click.BadParameter(f"'{text}' is not NAME=VALUE.")
        if name in found:
            raise click.BadParameter(f"'{name}' is given twice.")
        found[name] = value
    return found
