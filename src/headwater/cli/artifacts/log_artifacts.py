"""`headwater artifacts log-artifacts`."""

from pathlib import Path

import click

from headwater.cli._artifacts import run_option, upload
from headwater.cli._options import tracking_uri_option


@click.command("log-artifacts")
@click.option(
    "--local-dir",
    "-l",
    required=True,
    metavar="PATH",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder.",
)
@run_option
@click.option("--artifact-path", "-a", default="", metavar="PATH", help="A folder among the artifacts to put them in.")
@tracking_uri_option
def command(*, local_dir: Path, run_id: str, artifact_path: str, tracking_uri: str) -> None:
    """Keep every file below a folder as an artifact of a run, in MLflow's spelling; see `upload`."""
    upload(tracking_uri, run_id, local_dir, artifact_path)
