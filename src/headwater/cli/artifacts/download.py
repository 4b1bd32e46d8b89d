"""`headwater artifacts download`."""

import shutil
import tempfile
from pathlib import Path

import click

from headwater.cli._artifacts import artifact_place, continued, place_options
from headwater.cli._options import tracking_uri_in_force, tracking_uri_option


@click.command("download")
@place_options
@click.option(
    "--dst-path",
    "-d",
    "--output",
    "-o",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder; default: a new temporary one, which stays.",
)
@tracking_uri_option
def command(
    *, place: str, run_id: str, artifact_path: str, artifact_uri: str, target: Path | None, tracking_uri: str
) -> None:
    """Download a file or a folder and print where it is.

    What the store keeps is verified. A download that broke off is continued when it is started again with the same
    --dst-path: whole files stay, and half a file is completed.

    A URI is runs:/<run_id>/<path>, models:/<name>/<version>, mlflow-artifacts:/…, s3://…, gs://…, az://… or http(s)://….
    """
    from headwater.tracking.artifacts import download_artifacts

    named = artifact_place(place, run_id, artifact_uri, artifact_path)
    folder = Path(tempfile.mkdtemp(prefix="headwater-")) if target is None else target
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with continued("download", can_go_on=target is not None):
            click.echo(download_artifacts(**named, dst_path=folder, tracking_uri=tracking_uri_in_force(tracking_uri)))
    except BaseException:
        if target is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
