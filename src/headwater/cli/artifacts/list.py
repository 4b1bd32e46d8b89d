"""`headwater artifacts list`."""

import sys

import click

from headwater.cli._artifacts import artifact_place, place_options
from headwater.cli._options import json_option, tracking_uri_in_force, tracking_uri_option
from headwater.cli._output import format_bytes, print_json, print_records


@click.command("list")
@place_options
@json_option
@tracking_uri_option
def command(
    *, place: str, run_id: str, artifact_path: str, artifact_uri: str, as_json: bool, tracking_uri: str
) -> None:
    """List one folder of artifacts: a table on a terminal, else JSON as MLflow prints it.

    A URI is runs:/<run_id>/<path>, models:/<name>/<version>, mlflow-artifacts:/…, s3://…, gs://…, az://… or a folder.
    """
    from headwater.tracking.artifacts import list_artifacts

    named = artifact_place(place, run_id, artifact_uri, artifact_path)
    files = list_artifacts(**named, tracking_uri=tracking_uri_in_force(tracking_uri))
    if as_json or not sys.stdout.isatty():
        print_json(files)
        return
    print_records(
        files,
        {
            "path": lambda file: f"{file.path}/" if file.is_dir else file.path,
            "size": lambda file: "" if file.is_dir else format_bytes(file.file_size or 0),
        },
    )
