"""`headwater artifacts log-artifact`."""

from pathlib import Path

import click

from headwater.cli._artifacts import run_option, upload
from headwater.cli._options import tracking_uri_option


@click.command("log-artifact")
@click.option(
    "--local-file",
    "-l",
    required=True,
    metavar="PATH",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file.",
)
@run_option
@click.option("--artifact-path", "-a", default="", metavar="PATH", help="A folder among the artifacts to put it in.")
@tracking_uri_option
def command(*, local_file: Path, run_id: str, artifact_path: str, tracking_uri: str) -> None:
    """Keep a file as an artifact of a run, in MLflow's spelling; see `upload`."""
    upload(tracking_uri, run_id, local_file, artifact_path)
