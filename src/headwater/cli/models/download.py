"""`headwater models download`."""

from pathlib import Path

import click

from headwater.cli._options import registry_uri_in_force, registry_uri_option, tracking_uri_in_force


@click.command("download")
@click.argument("uri", metavar="URI")
@click.option(
    "--output", "-o", type=click.Path(file_okay=False, path_type=Path), default=".", help="A folder; default: this one."
)
@registry_uri_option
def command(*, uri: str, output: Path, registry_uri: str) -> None:
    """Download the files of a model and print where they are; every file is verified.

    URI is models:/<name>/<version>, models:/<name>@<alias>, models:/<name>/<stage>, each with or without a path, or
    runs:/<run_id>/<path>.
    """
    from headwater.tracking.artifacts import download_artifacts

    output.mkdir(parents=True, exist_ok=True)
    click.echo(
        download_artifacts(
            uri,
            dst_path=output,
            tracking_uri=tracking_uri_in_force(registry_uri),
            registry_uri=registry_uri_in_force(registry_uri),
        )
    )
