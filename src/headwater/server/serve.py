"""Running a server in this process until it is told to stop."""

import contextlib
import ipaddress
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from headwater.protocol.errors import InvalidParameterValue
from headwater.server.access.access import Access
from headwater.server.app import App, create_app
from headwater.server.settings import ServerSettings
from headwater.stores import open_store
from headwater.stores.interface import Store

_logger = logging.getLogger(__name__)

_KEEP_ALIVE_S = 75
_GRACE_S = 2
_BACKLOG = 2048
_OPEN = "every machine that reaches this one can read and change all runs"
_ASKING = "users sign in, with passwords that anyone between can read unless a proxy in front speaks https"


class HttpServer(uvicorn.Server):
    """uvicorn, made to end event streams when it stops, so that it stops at once."""

    def __init__(self, app: App, on_ready: Callable[[], None] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                ws="none",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self._app = app
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say that we are ready."""
        await super().startup(sockets)
        if self._on_ready is not None:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams, then everything else."""
        self._app.end_streams()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM and return normally, so that our caller can close the store."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def listen(settings: ServerSettings) -> socket.socket:
    """Return a socket that listens on the settings' address; raise `InvalidParameterValue` if it cannot."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidParameterValue(
            f"Cannot listen on '{settings.host}:{settings.port}': {reason}. Stop what uses it or choose another port."
        ) from error


def address(listener: socket.socket, prefix: str = "") -> str:
    """Return the URL that `listener` is reached at from this machine."""
    host, port = listener.getsockname()[:2]
    parsed = ipaddress.ip_address(host)
    if parsed.is_unspecified:
        host = "::1" if parsed.version == 6 else "127.0.0.1"
    return f"http://[{host}]:{port}{prefix}" if ":" in host else f"http://{host}:{port}{prefix}"


def open_access(store: Store, settings: ServerSettings, url: str) -> Access:
    """Return who may use a server at `url`, whose first administrator is made or asked for."""
    access = Access(store, settings)
    access.setup.make_from_settings(settings.admin_username, settings.admin_password)
    if access.setup.is_needed():
        _logger.warning(
            "No users yet. Open %s/setup and enter the code %s to create the first administrator, "
            "or run 'headwater users create NAME --admin'.",
            url,
            access.setup.code,
        )
    return access


def serve(settings: ServerSettings, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve the store that `settings` name until SIGTERM or SIGINT, then return.

    `on_ready` is called with the server's URL once it answers. Raises `InvalidParameterValue` if the address is taken.
    """
    with listen(settings) as listener:
        url = address(listener, settings.prefix)
        is_local = ipaddress.ip_address(listener.getsockname()[0]).is_loopback
        knows_users = not is_local if settings.authentication is None else settings.authentication
        if not is_local:
            _logger.warning(
                "Listening on %s: %s. Requests to other names than private addresses need HEADWATER_ALLOWED_HOSTS.",
                settings.host,
                _ASKING if knows_users else _OPEN,
            )
        store = open_store(settings.store_uri, artifacts=settings.artifacts, artifact_root=settings.artifact_root)
        try:
            app = create_app(store, settings, open_access(store, settings, url) if knows_users else None)
            HttpServer(app, None if on_ready is None else lambda: on_ready(url)).run([listener])
        finally:
            store.close()
