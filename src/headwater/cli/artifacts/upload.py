"""`headwater artifacts upload`."""

from pathlib import Path

import click

from headwater.cli._artifacts import upload
from headwater.cli._options import tracking_uri_option


@click.command("upload")
@click.argument("run_id", metavar="RUN_ID")
@click.argument("local", metavar="PATH", type=click.Path(exists=True, path_type=Path))
@click.option("--artifact-path", "-a", default="", metavar="PATH", help="A folder among the artifacts to put it in.")
@tracking_uri_option
def command(*, run_id: str, local: Path, artifact_path: str, tracking_uri: str) -> None:
    """Keep a file, or a folder under its name, as an artifact of a run.

    What the store holds already is not sent. An upload that broke off is continued when it is started again.
    """
    name = local.resolve().name if local.is_dir() else ""
    upload(tracking_uri, run_id, local, "/".join(filter(None, (artifact_path.strip("/"), name))))
