"""`headwater server`."""

from typing import Unpack

import click

from headwater.cli._options import tracking_uri_option
from headwater.cli._serve import ServeChoices, ServeOptions, serve, serve_options


@click.command("server")
@serve_options
@tracking_uri_option
def command(*, tracking_uri: str, **chosen: Unpack[ServeChoices]) -> None:
    """Serve the REST protocol and the web UI, for a team or other machines."""
    options = ServeOptions(**chosen)
    serve(options, tracking_uri=tracking_uri, port=options.wanted_port)
