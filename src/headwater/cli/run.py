"""`headwater run`."""

from typing import TYPE_CHECKING, Any

import click

from headwater.cli._interruption import ended_by_signals
from headwater.cli._options import experiment_choice_options, model_store_option, parameters_option
from headwater.cli._output import say

if TYPE_CHECKING:
    from headwater.projects.submitted import SubmittedRun


@click.command("run")
@click.argument("uri", metavar="URI")
@click.option("--entry-point", "-e", default="main", metavar="NAME", help="Entry point or script; default: main.")
@click.option("--version", "-v", default="", metavar="VERSION", help="Branch, tag or commit of a git project.")
@parameters_option
@experiment_choice_options
@click.option("--run-name", default="", metavar="NAME", help="Name of the run.")
@click.option("--run-id", default="", metavar="ID", help="Be this run instead of a new one.")
@click.option(
    "--backend",
    "-b",
    default="local",
    metavar="NAME",
    help="Where to run: local (default), docker, kubernetes, ray, slurm, or a plugin's.",
)
@click.option("--backend-config", "-c", default="", metavar="JSON", help="What the backend needs: JSON or its file.")
@click.option(
    "--env-manager",
    default="",
    metavar="NAME",
    help="uv: the project's own environment, if it has one; conda: made by conda; local: this one.",
)
@click.option(
    "--docker-args",
    "-A",
    multiple=True,
    metavar="NAME[=VALUE]",
    help="An option of docker run, for projects in images; may be repeated.",
    callback=lambda _context, _parameter, values: _split_options(values),
)
@click.option("--build-image", is_flag=True, help="Build an image with the project on top of the one that it names.")
@click.option("--storage-dir", default="", metavar="FOLDER", help="Where remote files of parameters are put.")
@click.option("--reuse", is_flag=True, help="Do not run it again if nothing changed since an earlier run.")
@model_store_option
def command(*, uri: str, parameters: dict[str, str], **options: Any) -> None:
    """Run the project at URI: a folder, a git URL or a zip archive, each perhaps with #subdirectory.

    Its output is passed on and kept as the run's log. The exit status is 1 if the project fails.
    """
    from headwater.projects.launch import describe_failure, run

    given = {key: value for key, value in options.items() if value}
    submitted: SubmittedRun | None = None
    try:
        with ended_by_signals(lambda: submitted.cancel() if submitted else None):
            submitted = run(uri, parameters=parameters, synchronous=False, **given)
            is_successful = submitted.wait()
    except KeyboardInterrupt:
        raise click.ClickException(describe_failure(submitted) if submitted else "Interrupted.") from None
    if not is_successful:
        raise click.ClickException(describe_failure(submitted))
    say(f"=== Run (ID '{submitted.run_id}') succeeded ===")


def _split_options(texts: tuple[str, ...]) -> dict[str, Any]:
    """Return options by name: true without a value, a list for one that is given again."""
    found: dict[str, Any] = {}
    for text in texts:
        name, mark, value = text.lstrip("-").partition("=")
        if not name:
            raise click.BadParameter(f"'{text}' is not NAME or NAME=VALUE.")
        given = value if mark else True
        found[name] = [*found[name], given] if name in found else [given]
    return found
