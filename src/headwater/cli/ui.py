"""`headwater ui`."""

from typing import Unpack

import click

from headwater.cli._options import tracking_uri_option
from headwater.cli._output import say
from headwater.cli._serve import ServeChoices, ServeOptions, is_taken, serve, serve_options


@click.command("ui")
@serve_options
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@tracking_uri_option
def command(*, tracking_uri: str, no_browser: bool, **chosen: Unpack[ServeChoices]) -> None:
    """Look at runs in a browser: serve the web UI on this machine and open it."""
    show(ServeOptions(**chosen), tracking_uri=tracking_uri, browser=not no_browser)


def show(options: ServeOptions, *, tracking_uri: str, browser: bool) -> None:
    """Serve and open the browser; a port that is taken is replaced, unless it was asked for."""
    port = options.wanted_port
    if options.port is None and is_taken(options.address, port):
        say(f"Port {port} is in use; taking a free one.")
        port = 0
    serve(options, tracking_uri=tracking_uri, port=port, browser_path="/" if browser else None)
