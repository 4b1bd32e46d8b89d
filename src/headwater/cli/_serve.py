"""Starting a server from the command line: its options, its port, the browser, and journals left behind."""

import errno
import logging
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import click

from headwater.cli._options import CommandT, split_list, tracking_uri_in_force
from headwater.cli._output import say, without_password
from headwater.config import (
    ALLOWED_HOSTS,
    ALLOWED_ORIGINS,
    ARTIFACTS_DESTINATION,
    BACKEND_STORE_URI,
    HOST,
    PORT,
    STATIC_PREFIX,
    Setting,
)


@dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """What the command line says about a server; an empty text or no port means the setting in force."""

    backend_store_uri: str = ""
    artifacts_destination: str = ""
    host: str = ""
    port: int | None = None
    allowed_hosts: str = ""
    cors_allowed_origins: str = ""
    static_prefix: str = ""

    @property
    def address(self) -> str:
        """Return the host to listen on."""
        return self.host or HOST.get()

    @property
    def wanted_port(self) -> int:
        """Return the port to listen on; a setting that is no port is a usage error."""
        if self.port is not None:
            return self.port
        text = PORT.get()
        if not (text.isascii() and text.isdigit() and int(text) < 65536):
            raise click.UsageError(f"Invalid {PORT.name} '{text}': give a port from 0 to 65535.")
        return int(text)


def serve_options(command: CommandT) -> CommandT:
    """Add the options of `server` and `ui`, in MLflow's spelling, collected as the parameter `options`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def serve(options: ServeOptions, *, tracking_uri: str, port: int, browser_path: str | None = None) -> None:
    """Serve until interrupted; open a browser at `browser_path` below the address unless it is None."""
    from headwater.server.serve import serve as run_server
    from headwater.server.settings import ServerSettings

    store_uri = options.backend_store_uri or BACKEND_STORE_URI.get() or tracking_uri_in_force(tracking_uri)
    if is_server(store_uri):
        raise click.UsageError(f"'{store_uri}' is itself a server: open it in a browser, or give --backend-store-uri.")
    settings = ServerSettings(
        store_uri=store_uri,
        artifacts=options.artifacts_destination or ARTIFACTS_DESTINATION.get() or None,
        host=options.address,
        port=port,
        allowed_hosts=split_list(options.allowed_hosts or ALLOWED_HOSTS.get()),
        allowed_origins=split_list(options.cors_allowed_origins or ALLOWED_ORIGINS.get()),
        prefix=options.static_prefix or STATIC_PREFIX.get(),
    )

    def greet(address: str) -> None:
        say(f"Headwater is at {address} and keeps runs in {without_password(store_uri)}  (Ctrl+C stops it)")
        if browser_path is not None:
            open_browser(address + browser_path)
        _ship_left_behind()

    logging.basicConfig(format="%(levelname)s: %(message)s")
    run_server(settings, lambda address: threading.Thread(target=greet, args=(address,), daemon=True).start())


def is_taken(host: str, port: int) -> bool:
    """Return whether something else listens there."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


def is_server(tracking_uri: str) -> bool:
    """Return whether runs are kept by a server rather than in a database."""
    return tracking_uri.startswith(("http://", "https://"))


def open_browser(address: str) -> None:
    """Open a graphical browser if this machine has one; a browser inside the terminal would be in the way."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(address)


def _ship_left_behind() -> None:
    """Ship journals of programs on this machine that ended before they could."""
    from headwater.tracking.shipper import sync_journals

    report = sync_journals()
    if report:
        say(str(report))


def _text_option(*names: str, setting: Setting) -> Callable[[CommandT], CommandT]:
    return click.option(*names, default="", metavar="TEXT", help=f"{setting.meaning}  [env: {setting.name}]")


_OPTIONS = (
    _text_option("--backend-store-uri", setting=BACKEND_STORE_URI),
    _text_option("--artifacts-destination", setting=ARTIFACTS_DESTINATION),
    _text_option("--host", "-h", setting=HOST),
    click.option("--port", "-p", type=click.IntRange(0, 65535), help=f"{PORT.meaning}  [env: {PORT.name}]"),
    _text_option("--allowed-hosts", setting=ALLOWED_HOSTS),
    _text_option("--cors-allowed-origins", "--allowed-origins", setting=ALLOWED_ORIGINS),
    _text_option("--static-prefix", setting=STATIC_PREFIX),
)
