"""The ASGI application around one model: routes, limits, errors as answers, and the change to another version."""

import asyncio
import gc
import itertools
import logging
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

import msgspec

from headwater.models.scoring.answers import Answer, encode_predictions
from headwater.models.scoring.following import find_change, identify, is_moving
from headwater.models.scoring.http import TEXT, Headers, Receive, Reply, Scope, Send, header, read_body
from headwater.models.scoring.lanes import Failure, Lanes
from headwater.models.scoring.metrics import Metrics
from headwater.models.scoring.model import MODEL_FAILURES, Identity, ServedModel, load_served
from headwater.models.scoring.open_inference import describe_model, read_infer, write_infer
from headwater.models.scoring.openapi import describe_page, describe_server
from headwater.models.scoring.page import page_reply
from headwater.models.scoring.reading import ScoringInput
from headwater.models.scoring.settings import ScoringSettings
from headwater.models.scoring.streaming import Streams, choose_form
from headwater.protocol.errors import (
    EndpointNotFound,
    HeadwaterError,
    MethodNotAllowed,
    PermissionDenied,
    UnsupportedMediaType,
)
from headwater.protocol.exposition import CONTENT_TYPE
from headwater.protocol.hosts import HostRules
from headwater.version import __version__

_logger = logging.getLogger(__name__)
_access = logging.getLogger(f"{__name__}.access")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)
_PROBES = frozenset({"/ping", "/health", "/version", "/v2/health/live", "/v2/health/ready"})
_MODEL_PATH = re.compile(r"/v2/models/(?P<name>[^/]+)(?:/versions/(?P<version>[^/]+))?(?P<verb>/ready|/infer)?")
_NAN_IS_NULL = "nan=null"
_ALIVE = Reply(200, b"\n")
_STUCK = Reply(503, b"\n")  # only another process can help

Handler = Callable[[Scope, Receive], Awaitable[Reply]]


class ScoringApp:
    """A model over ASGI. Requests that are under way when the model changes are answered by the one they began with."""

    def __init__(self, served: ServedModel, settings: ScoringSettings, metrics: Metrics) -> None:
        self._served = served
        self._settings = settings
        self._metrics = metrics
        self._rules = HostRules(settings.allowed_hosts, settings.allowed_origins)
        self._known_hosts: set[str] = set()
        self._documents: dict[str, bytes] = {}
        self._is_stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._prefix = uuid4().hex[:8]
        self._numbers = itertools.count(1)
        self._lanes = Lanes(
            self._predict_joined,
            self._predict_alone,
            waiting=settings.waiting,
            threads=settings.threads,
            batch_rows=settings.batch_rows,
            timeout_s=settings.timeout_s,
        )
        self._streams = Streams(most=settings.streams, timeout_s=settings.timeout_s)
        self._routes: dict[str, dict[str, Handler]] = {
            "/invocations": {"POST": self._invocations},
            "/ping": {"GET": self._alive},
            "/health": {"GET": self._alive},
            "/version": {"GET": self._version},
            "/metrics": {"GET": self._render_metrics},
            "/": {"GET": self._page},
            "/model.json": {"GET": self._document(describe_page)},
            "/openapi.json": {"GET": self._document(describe_server)},
            "/v2": {"GET": self._server_metadata},
            "/v2/health/live": {"GET": self._ready},
            "/v2/health/ready": {"GET": self._ready},
        }

    @property
    def identity(self) -> Identity:
        """Return which model answers now."""
        return self._served.identity

    @property
    def is_stuck(self) -> bool:
        """Return whether too many predictions do not end."""
        return self._lanes.is_stuck

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one start and stop of the server."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def begin_stop(self) -> None:
        """Say from now on that the server is not ready, so that nobody sends more."""
        self._is_stopping = True

    def request_reload(self) -> None:
        """Load the model anew, whatever the URI means now; may be called by a handler of signals."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(lambda: self._spawn(self._reload_now()))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        path: str = scope["path"]
        request_id = self._request_id(scope)
        try:
            reply = await self._respond(scope, receive, path)
        except HeadwaterError as error:
            reply = self._refuse(error, path, request_id)
        except Exception:
            _logger.exception("Request %s failed: %s %s", request_id, scope["method"], path)
            hidden = HeadwaterError(f"The server failed on request '{request_id}'. Its log says why.")
            reply = self._refuse(hidden, path, request_id)
        extra: Headers = [(b"x-request-id", request_id.encode()), (b"x-content-type-options", b"nosniff")]
        if self._settings.allowed_origins:
            extra += self._cors_headers(scope)
        seconds = time.perf_counter() - started
        self._metrics.count_request(_metric_route(path), reply.status, seconds)
        await reply.send(send, extra)
        if self._settings.access_log:
            _access.info("%s %s %s %d %.1f ms", request_id, scope["method"], path, reply.status, 1000 * seconds)

    async def _respond(self, scope: Scope, receive: Receive, path: str) -> Reply:
        method: str = scope["method"]
        if path not in _PROBES:
            self._check_sender(scope, method)
        if method == "OPTIONS" and self._settings.allowed_origins:
            return Reply(204, b"", TEXT)
        handlers = self._routes.get(path) or self._model_routes(path)
        if handlers is None:
            raise EndpointNotFound("Not Found")
        handler = handlers.get("GET" if method == "HEAD" else method)
        if handler is None:
            raise MethodNotAllowed("Method Not Allowed")
        return await handler(scope, receive)

    def _check_sender(self, scope: Scope, method: str) -> None:
        hosts = [str(value, "latin-1") for key, value in scope["headers"] if key == b"host"]
        if len(hosts) != 1 or hosts[0] not in self._known_hosts:
            if not self._rules.is_host_allowed(hosts):
                raise PermissionDenied(
                    "Invalid Host header - possible DNS rebinding attack detected. Name the host with --allowed-hosts."
                )
            if len(self._known_hosts) < 100:
                self._known_hosts.add(hosts[0])
        origin = header(scope, b"origin")
        if origin and method != "GET" and not self._rules.is_origin_allowed(origin, hosts[0]):
            raise PermissionDenied("Cross-origin request blocked")

    def _cors_headers(self, scope: Scope) -> Headers:
        origin = header(scope, b"origin")
        if not origin or not self._rules.is_origin_foreign_but_allowed(origin):
            return []
        found = [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]
        if scope["method"] == "OPTIONS":
            found.append((b"access-control-allow-methods", b"GET, POST"))
            found.append((b"access-control-allow-headers", b"content-type"))
        return found

    def _request_id(self, scope: Scope) -> str:
        given = header(scope, b"x-request-id")
        return given if given and _REQUEST_ID.fullmatch(given) else f"{self._prefix}-{next(self._numbers):x}"

    def _refuse(self, error: HeadwaterError, path: str, request_id: str) -> Reply:
        status = error.http_status
        cause = error.__cause__
        if cause is not None:
            _logger.warning("Request %s: %s", request_id, error.message, exc_info=cause)
        headers: Headers = [(b"retry-after", b"1")] if status in {429, 503} else []
        if status == 413:
            headers.append((b"connection", b"close"))
        if path.startswith("/v2/models/"):
            return Reply(status, msgspec.json.encode({"error": error.message}), headers=headers)
        if status in {404, 405}:
            return Reply(status, msgspec.json.encode({"detail": error.message}), headers=headers)
        if isinstance(error, UnsupportedMediaType | PermissionDenied):
            return Reply(status, error.message.encode(), TEXT, headers)
        body = msgspec.to_builtins(error.body())
        if cause is not None and self._settings.stack_traces:
            body["stack_trace"] = "".join(traceback.format_exception(cause))
        return Reply(status, msgspec.json.encode(body), headers=headers)

    async def _invocations(self, scope: Scope, receive: Receive) -> Reply:
        served = self._served
        body = await self._read(scope, receive)
        given = served.reader.read(body, header(scope, b"content-type"))
        accept = header(scope, b"accept")
        encode = partial(encode_predictions, is_chat=given.is_chat, nan_is_null=_NAN_IS_NULL in accept)
        form = choose_form(accept, is_asked=given.wants_stream) if served.model.is_streaming else None
        if form is None:
            reply = Reply(200, encode(await self._predict(served, given)))
        else:
            parts = partial(served.predict_stream, given, encode)
            reply = await self._streams.begin(parts, form, receive, is_chat=given.is_chat)
        reply.headers.append((b"x-model-version", served.identity.version.encode()))
        return reply

    async def _infer(self, scope: Scope, receive: Receive) -> Reply:
        served = self._served
        request, given = read_infer(served, await self._read(scope, receive))
        return Reply(200, write_infer(served, request, await self._predict(served, given)))

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        return await read_body(scope, receive, self._settings.max_body_bytes, self._settings.timeout_s)

    async def _predict(self, served: ServedModel, given: ScoringInput) -> Answer:
        rows = given.rows
        may_join = self._settings.batch_rows > 1 and served.may_join(given)
        self._metrics.set_waiting(self._lanes.unfinished + 1)
        try:
            answer: Answer = await self._lanes.submit((served, given), rows.count if rows else 1, may_join=may_join)
        finally:
            self._metrics.set_waiting(self._lanes.unfinished)
        return answer

    def _predict_joined(self, works: Sequence[tuple[ServedModel, ScoringInput]]) -> Sequence[Answer | Failure]:
        """Predict, in the joining thread; works of two models meet only while one replaces the other."""
        found: list[Any] = [None] * len(works)
        for served in {id(served): served for served, _ in works}.values():
            indexes = [index for index, work in enumerate(works) if work[0] is served]
            parts = [rows for index in indexes if (rows := works[index][1].rows) is not None]
            started = time.perf_counter()
            for index, answer in zip(indexes, served.predict_joined(parts), strict=True):
                found[index] = answer
            self._metrics.count_prediction(sum(part.count for part in parts), time.perf_counter() - started)
        return found

    def _predict_alone(self, work: tuple[ServedModel, ScoringInput]) -> Answer:
        served, given = work
        started = time.perf_counter()
        answer = served.predict(given)
        rows = given.rows
        self._metrics.count_prediction(rows.count if rows else 1, time.perf_counter() - started)
        return answer

    def _model_routes(self, path: str) -> dict[str, Handler] | None:
        match = _MODEL_PATH.fullmatch(path)
        if match is None:
            return None
        identity = self.identity
        if match["name"] != identity.name or match["version"] not in {None, identity.version}:
            wanted = f"'{match['name']}'" + (f", version '{match['version']}'," if match["version"] else "")
            raise EndpointNotFound(
                f"No model {wanted} is served here, but '{identity.name}', version '{identity.version}'."
            )
        if match["verb"] == "/infer":
            return {"POST": self._infer}
        return {"GET": self._ready if match["verb"] else self._document(describe_model)}

    async def _alive(self, _scope: Scope, _receive: Receive) -> Reply:
        return _STUCK if self.is_stuck else _ALIVE

    async def _ready(self, scope: Scope, _receive: Receive) -> Reply:
        is_ready = not self.is_stuck and (scope["path"].endswith("/live") or not self._is_stopping)
        return Reply(200 if is_ready else 503, b'{"ready":true}' if is_ready else b'{"ready":false}')

    async def _version(self, _scope: Scope, _receive: Receive) -> Reply:
        return Reply(200, __version__.encode())

    async def _page(self, _scope: Scope, _receive: Receive) -> Reply:
        return page_reply()

    async def _server_metadata(self, _scope: Scope, _receive: Receive) -> Reply:
        return Reply(200, msgspec.json.encode({"name": "headwater", "version": __version__, "extensions": []}))

    async def _render_metrics(self, _scope: Scope, _receive: Receive) -> Reply:
        identity = self.identity
        labels = {"name": identity.name, "version": identity.version, "flavor": self._served.flavor}
        return Reply(200, self._metrics.render(labels).encode(), CONTENT_TYPE.encode())

    def _document(self, describe: Callable[[ServedModel], dict[str, Any]]) -> Handler:
        """Return the handler of a document about the model, which is made once for each model."""

        async def handle(_scope: Scope, _receive: Receive) -> Reply:
            found = self._documents.get(describe.__name__)
            if found is None:
                found = self._documents[describe.__name__] = msgspec.json.encode(describe(self._served))
            return Reply(200, found, headers=[(b"cache-control", b"no-cache")])

        return handle

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._loop = asyncio.get_running_loop()
                if self._settings.follow_s > 0 and is_moving(self._settings.model_uri):
                    self._spawn(self._follow())
                await send({"type": "lifespan.startup.complete"})
                continue
            for task in self._tasks:
                task.cancel()
            self._lanes.close()
            await send({"type": "lifespan.shutdown.complete"})
            return

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._settings.follow_s)
            async with self._changing:
                found = await asyncio.to_thread(find_change, self.identity, self._look_up)
                if found is not None:
                    await self._change_to(found)

    async def _reload_now(self) -> None:
        async with self._changing:
            found = await asyncio.to_thread(find_change, Identity(name="", version="", uri=""), self._look_up)
            if found is not None:
                await self._change_to(found)

    def _look_up(self) -> Identity:
        return identify(self._settings.model_uri, self._settings.name)

    async def _change_to(self, identity: Identity) -> None:
        """Load another model beside the one in use, and use it from then on; keep the one in use if that fails."""
        try:
            served = await asyncio.to_thread(load_served, identity, allow_pickle=self._settings.allow_pickle)
        except MODEL_FAILURES:
            self._metrics.count_load("failed")
            _logger.exception("'%s' cannot be loaded; version %s stays.", identity.uri, self.identity.version)
            return
        before, self._served = self.identity, served
        gc.unfreeze()  # so that what the one before leaves in circles is collected
        self._documents.clear()
        self._metrics.count_load("loaded")
        _logger.warning("Serving '%s' version %s after version %s.", identity.name, identity.version, before.version)


def _metric_route(path: str) -> str:
    if path == "/invocations":
        return "invocations"
    return "infer" if path.endswith("/infer") else "other"
