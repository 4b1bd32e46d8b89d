"""Options and arguments that several commands share, and what they mean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from headwater.cli._env_file import read_env_file
from headwater.config import EXPERIMENT_ID, EXPERIMENT_NAME, REGISTRY_URI, TRACKING_URI, default_tracking_uri, suggest
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.experiments import Experiment, GetExperiment, GetExperimentByName, ViewType

if TYPE_CHECKING:
    from headwater.stores.interface import Store

CommandT = TypeVar("CommandT", bound=Callable[..., object] | click.Command)

VIEWS = {"active": ViewType.ACTIVE_ONLY, "deleted": ViewType.DELETED_ONLY, "all": ViewType.ALL}


def tracking_uri_option(command: CommandT) -> CommandT:
    """Add `--tracking-uri`; it may stand before or after the command's name."""
    return click.option(
        "--tracking-uri",
        default="",
        metavar="URI",
        help=f"Where runs are kept: sqlite:///…, postgresql://… or http(s)://…  [env: {TRACKING_URI.name}]",
    )(command)


def env_file_option(command: CommandT) -> CommandT:
    """Add `--env-file`, whose variables are in force for all that the command does, unless they are set already."""
    return click.option(
        "--env-file",
        type=click.Path(exists=True, dir_okay=False),
        expose_value=False,
        is_eager=True,
        callback=lambda _context, _parameter, file: _put_in_force(file) if file else None,
        help="A file of environment variables, one NAME=value a line; those that are set already win.",
    )(command)


def _put_in_force(file: str) -> None:
    for name, value in read_env_file(file).items():
        suggest(name, value)


def registry_uri_option(command: CommandT) -> CommandT:
    """Add `--registry-uri`, also spelled `--tracking-uri`, because both are the same for most."""
    return click.option(
        "--registry-uri",
        "--tracking-uri",
        "registry_uri",
        default="",
        metavar="URI",
        help=f"Where models are kept, if not where runs are.  [env: {REGISTRY_URI.name}, {TRACKING_URI.name}]",
    )(command)


def model_store_option(command: CommandT) -> CommandT:
    """Add `--tracking-uri`, also spelled `--registry-uri`, which is in force for all that the command does."""
    return click.option(
        "--tracking-uri",
        "--registry-uri",
        default="",
        metavar="URI",
        expose_value=False,
        callback=lambda _context, _parameter, value: TRACKING_URI.set(tracking_uri_in_force(value)),
        help=f"Where runs and models are kept.  [env: {TRACKING_URI.name}]",
    )(command)


def version_arguments(command: CommandT) -> CommandT:
    """Add a registered model's name and, if one of its versions may be meant, the version."""
    return click.argument("name", metavar="NAME")(click.argument("version", default="", metavar="[VERSION]")(command))


def reason_option(command: CommandT) -> CommandT:
    """Add `--reason`, which is kept in the model's history."""
    return click.option("--reason", default="", metavar="TEXT", help="Why; it is kept in the history.")(command)


def target_options(command: CommandT) -> CommandT:
    """Add `--alias` and `--stage`, of which one must be given; see `check_target`."""
    command = click.option("--stage", default="", metavar="NAME", help="The stage.")(command)
    return click.option("--alias", default="", metavar="NAME", help="The alias.")(command)


def tag_option(command: CommandT) -> CommandT:
    """Add `--tag KEY=VALUE`, as often as wanted, as the dict `tags`."""
    return click.option(
        "--tag",
        "-t",
        "tags",
        multiple=True,
        metavar="KEY=VALUE",
        help="A tag; may be repeated.",
        callback=lambda _context, _parameter, values: dict(map(_split_tag, values)),
    )(command)


def _split_tag(text: str) -> tuple[str, str]:
    key, mark, value = text.partition("=")
    if not mark:
        raise click.BadParameter(f"'{text}' is not KEY=VALUE.")
    return key, value


def parameters_option(command: CommandT) -> CommandT:
    """Add `-P NAME=VALUE`, as often as wanted, as the dict `parameters`."""
    return click.option(
        "--param-list",
        "-P",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        help="A parameter; may be repeated.",
        callback=lambda _context, _parameter, values: _split_parameters(values),
    )(command)


def _split_parameters(texts: tuple[str, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark or not name:
            raise click.BadParameter(f"'{text}' is not NAME=VALUE.")
        if name in values:
            raise click.BadParameter(f"'{name}' is given twice.")
        values[name] = value
    return values


def experiment_choice_options(command: CommandT) -> CommandT:
    """Add `--experiment-name`, which is created if it does not exist, and `--experiment-id`, of which one may stand."""
    command = click.option(
        "--experiment-id",
        default="",
        metavar="ID",
        help="The experiment by its id.",
        callback=_refuse_both,
    )(command)
    return click.option(
        "--experiment-name",
        default="",
        metavar="NAME",
        is_eager=True,
        help="The experiment; created if it does not exist.",
    )(command)


def _refuse_both(context: click.Context, _parameter: click.Parameter, experiment_id: str) -> str:
    if experiment_id and context.params.get("experiment_name"):
        raise click.UsageError("Give the experiment by its name or by its id, not by both.", context)
    return experiment_id


def json_option(command: CommandT) -> CommandT:
    """Add `--json` as the parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(command)


def run_id_argument(command: CommandT) -> CommandT:
    """Add the run's id, as an argument or as MLflow's `--run-id`; see `require_one`."""
    command = click.option("--run-id", default="", metavar="ID", help="The run, in MLflow's spelling.")(command)
    return click.argument("run", default="", metavar="RUN_ID")(command)


def experiment_options(command: CommandT) -> CommandT:
    """Add the experiment, as an argument, by name or by id; see `find_experiment`."""
    command = click.option("--experiment-name", "-n", default="", metavar="NAME", help="The experiment by its name.")(
        command
    )
    command = click.option("--experiment-id", "-x", default="", metavar="ID", help="The experiment by its id.")(command)
    return click.argument("experiment", default="", metavar="[EXPERIMENT]")(command)


def view_option(command: CommandT) -> CommandT:
    """Add `--view`: what is in use, in the trash, or both."""
    return click.option(
        "--view",
        "-v",
        type=click.Choice([*VIEWS, "active_only", "deleted_only"], case_sensitive=False),
        default="active",
        metavar="[active|deleted|all]",
        help="What is in use, in the trash, or both.",
        callback=lambda _context, _parameter, value: VIEWS[value.removesuffix("_only")],
    )(command)


def require_one(name: str, *values: str) -> str:
    """Return the one value that is not empty; anything else is a usage error that names the parameter."""
    given = [value for value in values if value]
    if len(given) != 1:
        raise click.UsageError(f"Give {name} once." if given else f"Missing {name}.")
    return given[0]


def tracking_uri_in_force(given: str) -> str:
    """Return the tracking URI: of the command, of `headwater` itself, of the environment, else the default."""
    from headwater.tracking.active import resolve_uri

    outer = click.get_current_context().find_root().obj
    return resolve_uri(given or outer or TRACKING_URI.get()) or default_tracking_uri()


def existing_uri_in_force(given: str) -> str:
    """Return the tracking URI in force; raise `ResourceDoesNotExist` for a SQLite file that is not there."""
    uri = tracking_uri_in_force(given)
    path = uri.partition(":///")[2].partition("?")[0]
    if uri.startswith("sqlite:") and not Path(path).exists():
        raise ResourceDoesNotExist(f"There is no database '{path}'. Check the URI of the store.")
    return uri


def registry_uri_in_force(given: str) -> str:
    """Return the registry's URI: of the command, of `headwater` itself, of the environment, else where runs are."""
    outer = click.get_current_context().find_root().obj
    return tracking_uri_in_force(given or outer or REGISTRY_URI.get())


@contextmanager
def opened_registry(registry_uri: str) -> "Iterator[Store]":
    """Open the store of the registry in force and close it at the end."""
    with opened_store(registry_uri_in_force(registry_uri)) as store:
        yield store


@contextmanager
def opened_store(tracking_uri: str) -> "Iterator[Store]":
    """Open the store in force and close it at the end."""
    from headwater.stores import open_store

    store = open_store(tracking_uri_in_force(tracking_uri))
    try:
        yield store
    finally:
        store.close()


def split_list(text: str) -> tuple[str, ...]:
    """Return the parts of a list with commas, without the empty ones."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def current_user() -> str:
    """Return who runs the command, to be kept with an edit."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def find_experiment(store: "Store", either: str, name: str, experiment_id: str) -> Experiment:
    """Return the experiment that was named; `either` is a name or an id, and an id wins.

    Nothing given means the environment's experiment, else a usage error.
    """
    if not (either or name or experiment_id):
        name, experiment_id = EXPERIMENT_NAME.get(), EXPERIMENT_ID.get()
    given = require_one("the experiment (its name or id)", either, name, experiment_id)
    if experiment_id or (either and _is_experiment_id(store, either)):
        return store.experiments.get(GetExperiment(given)).experiment
    return store.experiments.get_by_name(GetExperimentByName(given)).experiment


def find_viewed(store: "Store", either: str, name: str, experiment_id: str) -> str:
    """Return the id of the experiment whose views are meant; empty, for those across experiments, if none was named."""
    if not (either or name or experiment_id):
        return ""
    return find_experiment(store, either, name, experiment_id).experiment_id


def _is_experiment_id(store: "Store", text: str) -> bool:
    if not (text.isascii() and text.isdigit()):
        return False
    try:
        store.experiments.get(GetExperiment(text))
    except ResourceDoesNotExist:
        return False
    return True
