"""The ASGI application: gate, routes, the border where errors become answers, and the work in the background."""

import asyncio
import logging
import time
from urllib.parse import unquote_to_bytes
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from headwater.protocol.columns import Sweep
from headwater.protocol.errors import (
    EndpointNotFound,
    HeadwaterError,
    InvalidParameterValue,
    MethodNotAllowed,
    Unauthenticated,
)
from headwater.protocol.table import ENDPOINTS
from headwater.server.access.access import Access
from headwater.server.access.sessions import NoSessions
from headwater.server.archives import Archives
from headwater.server.artifacts import ArtifactRoutes
from headwater.server.bodies import error_response
from headwater.server.couriers import Couriers
from headwater.server.events import EVENTS_PATH, Events
from headwater.server.metrics import METRICS_PATH, PAGES, UNKNOWN, ServerMetrics
from headwater.server.modes import is_refused_page, narrow, refuse_page, refuse_workspace, workspace_routes
from headwater.server.multipart import MultipartRoutes
from headwater.server.pages import Pages
from headwater.server.routes import Route, RouteTable, derive_routes
from headwater.server.samples import Samples
from headwater.server.security import Gate
from headwater.server.settings import ServerSettings
from headwater.server.workers import Workers
from headwater.stores.interface import Store

_logger = logging.getLogger(__name__)


class App:
    """Headwater over ASGI. The caller owns the store and closes it after the application has stopped.

    Without `access`, everybody may do everything.
    """

    def __init__(self, store: Store, settings: ServerSettings, access: Access | None = None) -> None:
        self._store = store
        self._settings = settings
        self._workers = Workers("request", threads=settings.threads, waiting=settings.waiting)
        self._transfers = Workers("upload", threads=settings.transfers, waiting=settings.transfers)
        self._gate = Gate(settings)
        self._access = access
        self._events = Events(store, self._workers, settings, access)
        self._pages = Pages(self._workers, settings, store.blobs.direct, knows_users=access is not None)
        self._samples = Samples(store, self._workers)
        self._couriers = Couriers(store, threads=settings.couriers, poll_s=settings.courier_s)
        self._sweeper: asyncio.Task[None] | None = None
        queues = {
            "requests": lambda: self._workers.busy,
            "uploads": lambda: self._transfers.busy,
            "event streams": lambda: self._events.listeners,
            "webhook deliveries": lambda: self._couriers.waiting,
        }
        self._metrics = ServerMetrics(queues, settings.store_uri) if settings.exposes_metrics else None
        self.table = RouteTable(narrow(self._routes(), settings))

    def _routes(self) -> list[Route]:
        store, settings, access = self._store, self._settings, self._access
        artifacts = ArtifactRoutes(store, self._workers, self._transfers, settings)
        multipart = MultipartRoutes(store, self._workers, self._transfers, settings)
        by_hand = [
            *artifacts.routes(),
            *Archives(store, self._workers).routes(),
            *multipart.routes(),
            *self._samples.routes(),
            *self._events.routes(),
            *self._pages.routes(),
            *workspace_routes(),
            *(self._metrics.routes() if self._metrics else []),
        ]
        return [
            *derive_routes(ENDPOINTS, store, self._workers, settings, access),
            *(access.guard_routes(by_hand) if access else by_hand),
            *(access.routes() if access else NoSessions().routes()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one start and stop of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            began = time.perf_counter()
            request = Request(scope, receive)
            response = await self._respond(request)
            self._gate.add_headers(request, response)
            try:
                await response(scope, receive, send)
            finally:
                self._count(request, response, time.perf_counter() - began)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def end_streams(self) -> None:
        """End the event streams, which a stopping server would otherwise wait for."""
        self._events.close()

    def close(self) -> None:
        """Let running requests finish and end the threads."""
        self._transfers.close()
        self._workers.close()
        if self._access is not None:
            self._access.close()

    def _count(self, request: Request, response: Response, seconds: float) -> None:
        endpoint = request.scope.get("endpoint", UNKNOWN)
        if self._metrics is not None and endpoint not in {METRICS_PATH, EVENTS_PATH}:
            self._metrics.count(endpoint, request.method, response.status_code, seconds)

    async def _respond(self, request: Request) -> Response:
        path = ""
        try:
            path = _path(request.scope, self._settings.prefix)
            refusal = self._gate.refuse(request, path)
            if refusal is not None:
                return refusal
            refuse_workspace(request, path)
            return await self._dispatch(request, path)
        except HeadwaterError as error:
            if error.http_status == HeadwaterError.http_status:
                _logger.exception("%s %s failed", request.method, request.scope["path"])
            response = error_response(error)
            if isinstance(error, MethodNotAllowed):
                response.headers["allow"] = ", ".join(self.table.methods(path))
            if isinstance(error, Unauthenticated) and self._access is not None:
                self._access.challenge(request, response)
            return response
        except Exception:
            request_id = uuid4().hex[:12]
            _logger.exception("Request %s failed: %s %s", request_id, request.method, request.scope["path"])
            message = f"The server failed on request '{request_id}'. Its log says why."
            return error_response(HeadwaterError(message))

    async def _dispatch(self, request: Request, path: str) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": ", ".join(self.table.methods(path))})
        try:
            found = self.table.find(request.method, path)
        except EndpointNotFound:
            if self._pages.is_page(request, path):
                request.scope["endpoint"] = PAGES
                if is_refused_page(self._settings):
                    return refuse_page(path)
                return await self._pages.page(request, path)
            raise
        request.scope["endpoint"] = found.route.path
        request.scope["path_params"] = found.parameters
        if self._access is not None and found.route.permission is not None:
            await self._access.admit(request)
        return await found.route.handler(request, found.rest)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._sweeper = asyncio.create_task(self._sweep())
                self._couriers.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._sweeper is not None:
                    self._sweeper.cancel()
                self.end_streams()
                self._couriers.stop()
                await asyncio.to_thread(self._samples.stop)
                self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._settings.sweep_s)
            try:
                await self._workers.run(lambda: self._store.columns.sweep(Sweep()))
            except Exception:
                _logger.exception("Looking for silent runs failed; the next try is in %s s.", self._settings.sweep_s)


def create_app(store: Store, settings: ServerSettings, access: Access | None = None) -> App:
    """Return the application that serves `store`; fails at once if an endpoint lacks a permission or a method.

    `access` knows its users, and the application closes it; without, everybody may do everything.
    """
    return App(store, settings, access)


def _path(scope: Scope, prefix: str) -> str:
    """Return the path below our prefix, decoded once and strictly: what is not UTF-8 names nothing here."""
    raw: bytes = scope.get("raw_path") or b""
    path: str = scope["path"]
    if b"%" in raw:
        try:
            path = unquote_to_bytes(raw.partition(b"?")[0]).decode()
        except UnicodeDecodeError as error:
            raise InvalidParameterValue("The path of the URL is not valid UTF-8. Encode it as UTF-8.") from error
    if prefix and path.startswith(prefix + "/"):
        return path[len(prefix) :]
    return path
