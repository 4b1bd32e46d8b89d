"""`headwater run`."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from headwater.cli._options import model_store_option


@click.command("run")
@click.argument("uri", metavar="URI")
@click.option("--entry-point", "-e", default="main", metavar="NAME", help="Entry point or script; default: main.")
@click.option("--version", "-v", default="", metavar="VERSION", help="Branch, tag or commit of a git project.")
@click.option(
    "--param-list", "-P", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter; may be repeated."
)
@click.option("--experiment-name", default="", metavar="NAME", help="The experiment; created if it does not exist.")
@click.option("--experiment-id", default="", metavar="ID", help="The experiment by its id.")
@click.option("--run-name", default="", metavar="NAME", help="Name of the run.")
@click.option("--run-id", default="", metavar="ID", help="Be this run instead of a new one.")
@click.option("--backend", "-b", default="local", metavar="NAME", help="Where to run; default: this machine.")
@click.option("--backend-config", "-c", default="", metavar="JSON", help="What the backend needs: JSON or its file.")
@click.option(
    "--env-manager",
    default="",
    metavar="NAME",
    help="uv: the project's own environment, if it has one; local: this one.",
)
@click.option("--storage-dir", default="", metavar="FOLDER", help="Where remote files of parameters are put.")
@model_store_option
def command(*, uri: str, parameters: tuple[str, ...], **options: Any) -> None:
    """Run the project at URI: a folder, a git URL or a zip archive, each perhaps with #subdirectory.

    Its output is passed on and kept as the run's log. The exit status is 1 if the project fails.
    """
    from headwater.projects.launch import describe_failure, run

    given = {key: value for key, value in options.items() if value}
    interruption = _Interruption()
    submitted = run(uri, parameters=_split(parameters), synchronous=False, **given)
    with interruption.allowed(submitted.cancel):
        if not submitted.wait():
            raise click.ClickException(describe_failure(submitted.run_id))
    click.echo(f"Run {submitted.run_id} succeeded.", err=True)


def _split(parameters: tuple[str, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for text in parameters:
        name, mark, value = text.partition("=")
        if not mark or not name:
            raise click.BadParameter(f"'{text}' is not NAME=VALUE.", param_hint="-P")
        if name in values:
            raise click.BadParameter(f"'{name}' is given twice.", param_hint="-P")
        values[name] = value
    return values


class _Interruption:
    """Interrupts (^C, or SIGTERM) that wait until there is something to end."""

    def __init__(self) -> None:
        self._is_wanted = self._is_allowed = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    @contextmanager
    def allowed(self, cancel: Callable[[], None]) -> Iterator[None]:
        """Let interrupts end the block, after `cancel`."""
        self._is_allowed = True
        try:
            if self._is_wanted:
                raise KeyboardInterrupt
            yield
        except KeyboardInterrupt:
            cancel()
            raise

    def _note(self, _number: int, _frame: object) -> None:
        self._is_wanted = True
        if self._is_allowed:
            raise KeyboardInterrupt
