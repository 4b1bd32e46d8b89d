"""`headwater models generate-dockerfile`."""

from pathlib import Path
from typing import Any

import click

from headwater.cli._images import image_arguments, image_options
from headwater.cli._options import model_store_option


@click.command("generate-dockerfile")
@image_options
@click.option(
    "--output-directory",
    "-d",
    type=click.Path(file_okay=False, path_type=Path),
    default="headwater-dockerfile",
    show_default=True,
    help="A new folder.",
)
@click.option(
    "--manifest",
    "manifests",
    multiple=True,
    type=click.Choice(["kubernetes", "kserve", "seldon"]),
    help="Write what runs the image there, too; may be repeated.",
)
@click.option("--image", default="", metavar="IMAGE", help="How the image will be called, for --manifest.")
@click.option("--name", default="model", show_default=True, help="Name of what --manifest runs.")
@model_store_option
def command(*, output_directory: Path, manifests: tuple[str, ...], image: str, name: str, **options: Any) -> None:
    """Write the folder from which docker builds an image that serves a model on port 8080.

    The image runs as a user without rights and is SageMaker's kind, too. Its packages are locked by their hashes.
    """
    from headwater.models.container.context import generate_dockerfile
    from headwater.models.container.manifests import write_manifest_text

    if manifests and not image:
        raise click.UsageError("--manifest needs --image: how the image will be called.")
    texts = {kind: write_manifest_text(kind, name, image) for kind in manifests}
    folder = generate_dockerfile(output_directory=output_directory, **image_arguments(options))
    for kind, text in texts.items():
        (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")
    click.echo(folder)
    click.echo(f"Build it: docker build --tag {image or 'NAME'} {folder}", err=True)
