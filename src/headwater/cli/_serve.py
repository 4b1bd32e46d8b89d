"""Starting a server from the command line: its options, its port, the browser, and journals left behind."""

import errno
import logging
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import click

from headwater.cli._options import CommandT, tracking_uri_in_force
from headwater.cli._output import say, without_password
from headwater.config import (
    ALLOWED_HOSTS,
    ALLOWED_ORIGINS,
    ARTIFACTS_DESTINATION,
    BACKEND_STORE_URI,
    HOST,
    PORT,
    Setting,
)

READY_DEADLINE_S = 30

_log = logging.getLogger(__name__)


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


def serve(options: ServeOptions, *, tracking_uri: str, port: int, when_ready: Callable[[str], None]) -> None:
    """Serve until interrupted; call `when_ready` with the address once the port answers."""
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
        allowed_hosts=_split(options.allowed_hosts or ALLOWED_HOSTS.get()),
        allowed_origins=_split(options.cors_allowed_origins or ALLOWED_ORIGINS.get()),
        prefix=options.static_prefix,
    )
    address = f"http://{_reachable(options.address)}:{port}{options.static_prefix}"
    say(f"Headwater keeps runs in {without_password(store_uri)}")
    threading.Thread(target=_after_start, args=(options.address, port, address, when_ready), daemon=True).start()
    run_server(settings)


def is_free(host: str, port: int) -> bool:
    """Return whether nothing listens there; an address that is not ours is a usage error."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise click.UsageError(f"Cannot listen on '{host}' port '{port}': {error.strerror or error}.") from error
    return True


def find_free_port(host: str) -> int:
    """Return a port that the system says is free."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


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


def _after_start(host: str, port: int, address: str, when_ready: Callable[[str], None]) -> None:
    deadline = time.monotonic() + READY_DEADLINE_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection((_reachable(host).strip("[]"), port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
            continue
        say(f"Headwater is ready at {address}  (Ctrl+C stops it)")
        when_ready(address)
        _ship_left_behind()
        return


def _ship_left_behind() -> None:
    """Ship journals of programs on this machine that ended before they could."""
    from headwater.tracking.shipper import sync_journals

    shipped = sync_journals()
    if shipped:
        _log.info("Shipped what earlier programs left behind: %s", shipped)


def _reachable(host: str) -> str:
    """Return the host as it stands in an address: one to connect to, brackets around IPv6."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104  # compared, not listened on
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _text_option(*names: str, setting: Setting | None = None, meaning: str = "") -> Callable[[CommandT], CommandT]:
    text = f"{setting.meaning}  [env: {setting.name}]" if setting else meaning
    return click.option(*names, default="", metavar="TEXT", help=text)


_OPTIONS = (
    _text_option("--backend-store-uri", setting=BACKEND_STORE_URI),
    _text_option("--artifacts-destination", setting=ARTIFACTS_DESTINATION),
    _text_option("--host", "-h", setting=HOST),
    click.option("--port", "-p", type=click.IntRange(0, 65535), help=f"{PORT.meaning}  [env: {PORT.name}]"),
    _text_option("--allowed-hosts", setting=ALLOWED_HOSTS),
    _text_option("--cors-allowed-origins", "--allowed-origins", setting=ALLOWED_ORIGINS),
    _text_option("--static-prefix", meaning="The path that a reverse proxy serves this server under, like /headwater."),
)
