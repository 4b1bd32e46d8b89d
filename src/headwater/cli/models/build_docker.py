"""`headwater models build-docker`."""

from typing import Any

import click

from headwater.cli._images import image_arguments, image_options
from headwater.cli._options import model_store_option


@click.command("build-docker")
@image_options
@click.option("--name", "-n", default="headwater-model", show_default=True, metavar="IMAGE", help="The image's name.")
@model_store_option
def command(*, name: str, **options: Any) -> None:
    """Build an image that serves a model on port 8080, by docker or podman; see generate-dockerfile."""
    from headwater.models.container.build import build_docker

    build_docker(name=name, **image_arguments(options))
    click.echo(f"Built the image {name}. Run it: docker run --rm --publish 8080:8080 {name}", err=True)
