"""Options and questions that the commands about users and their rights share."""

import sys
from collections.abc import Callable
from typing import TypeVar

import click

from headwater.cli._options import find_experiment, require_one, tracking_uri_in_force
from headwater.protocol.roles import EVERYTHING, Kind
from headwater.stores.interface import Store

CommandT = TypeVar("CommandT", bound=Callable[..., object] | click.Command)


def user_argument(command: CommandT) -> CommandT:
    """Add the name of a user."""
    return click.argument("username", metavar="USER")(command)


def password_stdin_option(command: CommandT) -> CommandT:
    """Add `--password-stdin`; see `read_new_password`."""
    return click.option(
        "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it."
    )(command)


def read_password(question: str, *, from_stdin: bool, confirm: bool = False) -> str:
    """Return a password that stands in no command line, where other users of the machine could read it."""
    if from_stdin:
        return sys.stdin.read().strip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask on. Give --password-stdin and the password on stdin.")
    typed: str = click.prompt(question, hide_input=True, confirmation_prompt=confirm, err=True)
    return typed


def owner_option(command: CommandT) -> CommandT:
    """Add `--user`: whose tokens are meant."""
    return click.option("--user", "username", default="", metavar="NAME", help="Whose; default: yours, of a server.")(
        command
    )


def check_owner(username: str, tracking_uri: str) -> None:
    """Raise a usage error unless a user is named, or a server is asked, which knows who asks."""
    if not username and not tracking_uri_in_force(tracking_uri).startswith(("http://", "https://")):
        raise click.UsageError("Give --user: a database does not know who you are.")


def subject_options(command: CommandT) -> CommandT:
    """Add `--user` and `--role`: to whom something is granted; see `check_subject`."""
    command = click.option("--role", default="", metavar="NAME", help="Whoever has this role.")(command)
    return click.option("--user", "username", default="", metavar="NAME", help="The user.")(command)


def thing_options(command: CommandT) -> CommandT:
    """Add what grants are about; see `find_thing`."""
    command = click.option("--all-models", is_flag=True, help="All registered models.")(command)
    command = click.option("--all-experiments", is_flag=True, help="All experiments.")(command)
    command = click.option("--model", default="", metavar="NAME", help="A registered model.")(command)
    return click.option("--experiment", default="", metavar="NAME", help="An experiment, by name or id.")(command)


def find_thing(
    store: Store, *, experiment: str, model: str, all_experiments: bool, all_models: bool
) -> tuple[Kind, str]:
    """Return the one thing that was named, as grants name it."""
    named = [experiment, model, EVERYTHING if all_experiments else "", EVERYTHING if all_models else ""]
    require_one("one of --experiment, --model, --all-experiments and --all-models", *named)
    if experiment:
        return Kind.EXPERIMENT, find_experiment(store, experiment, "", "").experiment_id
    if model:
        return Kind.REGISTERED_MODEL, model
    return Kind.EXPERIMENT if all_experiments else Kind.REGISTERED_MODEL, EVERYTHING
