"""`headwater ui`."""

import click

from headwater.cli._options import tracking_uri_option
from headwater.cli._output import say
from headwater.cli._serve import ServeOptions, find_free_port, is_free, open_browser, serve, serve_options


@click.command("ui")
@serve_options
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@tracking_uri_option
def command(*, tracking_uri: str, no_browser: bool, port: int | None, **texts: str) -> None:
    """Look at runs in a browser: serve the web UI on this machine and open it."""
    show(ServeOptions(port=port, **texts), tracking_uri=tracking_uri, browser=not no_browser)


def show(options: ServeOptions, *, tracking_uri: str, browser: bool, path: str = "") -> None:
    """Serve and open the browser at `path`; a port that is taken is replaced, unless it was asked for."""
    port = options.wanted_port
    if not is_free(options.address, port):
        if options.port is not None:
            raise click.ClickException(f"Port '{port}' of '{options.address}' is in use. Choose another with --port.")
        taken, port = port, find_free_port(options.address)
        say(f"Port {taken} is in use; taking {port} instead.")
    serve(
        options,
        tracking_uri=tracking_uri,
        port=port,
        when_ready=lambda address: open_browser(address + path) if browser else None,
    )
