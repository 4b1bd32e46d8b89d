"""What the commands about artifacts share: how a place is named, uploads, and what an interrupt leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from headwater.cli._options import CommandT, opened_store, require_one
from headwater.cli._output import say

INTERRUPTED = 130


def place_options(command: CommandT) -> CommandT:
    """Add what is meant, as an argument or in MLflow's spelling; see `artifact_place`."""
    command = click.option("--artifact-uri", "-u", default="", metavar="URI", help="The place by its URI.")(command)
    command = click.option("--artifact-path", "-a", default="", metavar="PATH", help="A path among them.")(command)
    command = click.option("--run-id", "-r", default="", metavar="ID", help="The run whose artifacts are meant.")(
        command
    )
    return click.argument("place", default="", metavar="[RUN_ID|URI]")(command)


def artifact_place(place: str, run_id: str, artifact_uri: str, artifact_path: str) -> dict[str, str | None]:
    """Return what was named, as keyword arguments of `headwater.artifacts`."""
    named = require_one("a run or a URI", place, run_id, artifact_uri)
    if run_id or not (artifact_uri or "/" in named or ":" in named):
        return {"run_id": named, "artifact_path": artifact_path or None}
    uri = f"{named.rstrip('/')}/{artifact_path.strip('/')}" if artifact_path else named
    return {"artifact_uri": uri}


def run_option(command: CommandT) -> CommandT:
    """Add the run that an upload is for, in MLflow's spelling."""
    return click.option("--run-id", "-r", required=True, metavar="ID", help="The run.")(command)


def upload(tracking_uri: str, run_id: str, local: Path, artifact_path: str) -> None:
    """Keep a file, or every file below a folder, as artifacts of a run."""
    from headwater.tracking.artifact_files import collect_files, send_files

    files = collect_files(local, artifact_path)
    with continued("upload", can_go_on=True), opened_store(tracking_uri) as store:
        send_files(store, run_id, files)
    say(f"Uploaded {len(files)} file(s) from '{local}' to run '{run_id}'.")


@contextmanager
def continued(what: str, *, can_go_on: bool) -> Iterator[None]:
    """End the program by an interrupt with a word on what is left of the transfer."""
    try:
        yield
    except KeyboardInterrupt:
        advice = "The same command goes on with it." if can_go_on else "Give --dst-path to be able to go on with it."
        say(f"The {what} was interrupted. {advice}")
        raise click.exceptions.Exit(INTERRUPTED) from None
