"""Real servers for tests: one on a socket, one without."""

import asyncio
import threading
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import unquote

from headwater.protocol.errors import TemporarilyUnavailable
from headwater.server.access.access import Access
from headwater.server.app import App, create_app
from headwater.server.serve import HttpServer, address, listen
from headwater.server.settings import ServerSettings
from headwater.stores.interface import Store
from headwater.stores.rest import HttpReply, HttpRequest, RestStore

T = TypeVar("T")

_START_TIMEOUT_S = 30
_STOP_TIMEOUT_S = 30


@contextmanager
def live_server(store: Store, **settings: Any) -> Iterator[str]:
    """Serve `store` on a free port of this machine in a thread, and yield the server's URL.

    `settings` are those of `ServerSettings`, and `tls` those of uvicorn that begin with `ssl_`. The server knows users
    only if `authentication` is set or `access` is given. The caller closes the store.
    """
    access: Access | None = settings.pop("access", None)
    tls: dict[str, Any] = settings.pop("tls", {})
    chosen = ServerSettings(**{"port": 0, **settings})
    with listen(chosen) as listener:
        ready = threading.Event()
        if chosen.authentication and access is None:
            access = Access(store, chosen)
        server = HttpServer(create_app(store, chosen, access), ready.set)
        for name, value in tls.items():
            setattr(server.config, name, value)
        thread = threading.Thread(target=server.run, args=([listener],), name="headwater-test-server")
        thread.start()
        try:
            if not ready.wait(_START_TIMEOUT_S):
                raise TemporarilyUnavailable(f"The test server did not start within {_START_TIMEOUT_S} s.")
            url = address(listener, chosen.prefix)
            yield url.replace("http://", "https://") if tls else url
        finally:
            server.should_exit = True
            thread.join(_STOP_TIMEOUT_S)


@contextmanager
def in_process_store(store: Store, **settings: Any) -> Iterator[RestStore]:
    """Yield a REST store whose requests reach an application around `store` without a socket."""
    transport = AppTransport(create_app(store, ServerSettings(**settings)))
    remote = RestStore("http://localhost", retries=0, transport=transport)
    try:
        yield remote
    finally:
        remote.close()


class AppTransport:
    """A transport that calls an ASGI application in a thread of its own."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="headwater-test-app")
        self._thread.start()

    def send(self, request: HttpRequest) -> HttpReply:
        """See `headwater.stores.rest.Transport.send`."""
        body = [request.body] if isinstance(request.body, bytes) else request.body or []
        return self._run(_Exchange(request, body).run(self._app))

    def close(self) -> None:
        """Stop the application and its thread."""
        self._app.end_streams()
        self._app.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class _Exchange:
    """One request and its reply in the terms of ASGI."""

    def __init__(self, request: HttpRequest, body: Iterable[bytes]) -> None:
        path, _, query = request.target.partition("?")
        headers = {"host": "localhost", **request.headers}
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 1),
        }
        self._body = iter(body)
        self._is_sent = False
        self._status = 0
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []

    async def run(self, app: App) -> HttpReply:
        """Return the application's reply."""
        await app(self._scope, self._receive, self._send)
        return HttpReply(self._status, self._headers, iter(self._chunks))

    async def _receive(self) -> dict[str, Any]:
        if self._is_sent:
            await asyncio.Event().wait()
        chunk = await asyncio.to_thread(next, self._body, None)
        self._is_sent = chunk is None
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]
            }
        elif chunk := message.get("body", b""):
            self._chunks.append(bytes(chunk))
