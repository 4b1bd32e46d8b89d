"""`headwater server`."""

import click

from headwater.cli._options import tracking_uri_option
from headwater.cli._serve import ServeOptions, is_free, serve, serve_options


@click.command("server")
@serve_options
@tracking_uri_option
def command(*, tracking_uri: str, port: int | None, **texts: str) -> None:
    """Serve the REST protocol and the web UI to everybody on a network."""
    options = ServeOptions(port=port, **texts)
    if not is_free(options.address, options.wanted_port):
        raise click.ClickException(
            f"Port '{options.wanted_port}' of '{options.address}' is in use. "
            "Stop what listens there, or choose another with --port."
        )
    serve(options, tracking_uri=tracking_uri, port=options.wanted_port, when_ready=lambda _address: None)
