"""`headwater views save`."""

from typing import IO, Any

import click
import yaml

from headwater.cli._options import (
    current_user,
    experiment_options,
    find_viewed,
    json_option,
    opened_store,
    tracking_uri_option,
)
from headwater.cli._output import print_json
from headwater.stores.saved_views import save_view


@click.command("save")
@click.argument("name", metavar="NAME")
@click.argument("file", metavar="FILE", type=click.File("rb"))
@experiment_options
@json_option
@tracking_uri_option
def command(
    *,
    name: str,
    file: IO[bytes],
    experiment: str,
    experiment_name: str,
    experiment_id: str,
    as_json: bool,
    tracking_uri: str,
) -> None:
    """Save a view of an experiment, or across experiments, from a file of JSON or YAML ('-': standard input).

    If a view there has this name, it gets a new version.
    """
    state = _read_state(file)
    with opened_store(tracking_uri) as store:
        viewed = find_viewed(store, experiment, experiment_name, experiment_id)
        view = save_view(store, name, state, viewed, current_user())
    if as_json:
        print_json(view)
    else:
        click.echo(f"Saved version {view.version} of view '{name}' as {view.view_id}.")


def _read_state(file: IO[bytes]) -> dict[str, Any]:
    name = getattr(file, "name", "-")
    try:
        state = yaml.safe_load(file)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.ClickException(f"'{name}' is neither JSON nor YAML: {' '.join(str(error).split())}") from error
    if not isinstance(state, dict) or not all(isinstance(key, str) for key in state):
        raise click.ClickException(f"'{name}' holds no object with names. Give what `views show --state` prints.")
    return state
