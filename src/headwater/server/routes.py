"""The routes: one for every row of the protocol table, and the few that are written by hand.

Looking a route up is one dictionary access; only paths that carry a name are matched by a pattern or their beginning.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.attributed import attribute
from headwater.protocol.codec import (
    decode_body,
    decode_body_in_path,
    decode_msgpack,
    decode_query,
    encode,
    encode_series,
)
from headwater.protocol.columns import Series
from headwater.protocol.endpoint import Endpoint, Permission, compile_template
from headwater.protocol.errors import EndpointNotFound, HeadwaterError, InvalidParameterValue, MethodNotAllowed
from headwater.server.access.caller import Caller, get_caller
from headwater.server.bodies import (
    JSON_TYPE,
    MSGPACK_TYPES,
    accepts_gzip,
    compress,
    content_type,
    json_response,
    read_body,
)
from headwater.server.callers import caller_name
from headwater.server.guards import ABOUT_USERS, guarded, refuse_users
from headwater.server.settings import ServerSettings
from headwater.server.workers import Workers
from headwater.stores.interface import Store

Handler = Callable[[Request, str], Awaitable[Response]]
"""Answers a request; the text is what follows the route's prefix, empty for a route of one path."""

Ask = Callable[[Request], Callable[[msgspec.Struct], msgspec.Struct]]
"""Returns what asks the store on behalf of whoever sent an HTTP request."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One path, or every path below a prefix ending in `/`, with the methods it answers.

    A path with parameters in braces (see `Endpoint`) stands for many; the handler finds them in `request.path_params`.
    `permission` is what the caller needs; None says explicitly that anybody may ask.
    """

    path: str
    methods: tuple[str, ...]
    permission: Permission | None
    handler: Handler

    @property
    def is_prefix(self) -> bool:
        """Return whether the route answers for everything below its path."""
        return self.path.endswith("/")

    @property
    def is_template(self) -> bool:
        """Return whether the path has parameters."""
        return "{" in self.path


class Found(NamedTuple):
    """A route, what follows its prefix, and the parameters in its path."""

    route: Route
    rest: str
    parameters: dict[str, str]


class RouteTable:
    """Finds the route of a method and a path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._exact: dict[str, dict[str, Route]] = {}
        self._prefixes: dict[str, dict[str, Route]] = {}
        self._templates: dict[str, dict[str, Route]] = {}
        for route in self.routes:
            if route.permission is not None and not isinstance(route.permission, Permission):
                raise HeadwaterError(f"The route '{route.path}' names no permission. Give it one.")
            table = self._exact
            if route.is_prefix or route.is_template:
                table = self._templates if route.is_template else self._prefixes
            for method in route.methods:
                if table.setdefault(route.path, {}).setdefault(method, route) is not route:
                    raise HeadwaterError(f"Two routes answer {method} '{route.path}'. Remove one.")
        self._patterns = [(compile_template(path), methods) for path, methods in self._templates.items()]

    def find(self, method: str, path: str) -> Found:
        """Return the route of a path with what the path says; HEAD is answered by what answers GET.

        Raises `EndpointNotFound` or `MethodNotAllowed`.
        """
        methods = self._exact.get(path)
        rest, match = "", None
        if methods is None:
            methods, rest, match = self._find_other(path)
        route = methods.get(method) or (methods.get("GET") if method == "HEAD" else None)
        if route is None:
            raise MethodNotAllowed(f"'{path[:200]}' does not answer {method}. Use {' or '.join(methods)}.")
        return Found(route, rest, match.groupdict() if match else {})

    def methods(self, path: str) -> list[str]:
        """Return the methods that `path` answers, for an OPTIONS request."""
        methods = self._exact.get(path)
        if methods is None:
            methods, _, _ = self._find_other(path)
        return sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})

    def _find_other(self, path: str) -> tuple[dict[str, Route], str, re.Match[str] | None]:
        for prefix, methods in self._prefixes.items():
            if path.startswith(prefix):
                return methods, path[len(prefix) :], None
        for pattern, methods in self._patterns:
            if match := pattern.fullmatch(path):
                return methods, "", match
        raise EndpointNotFound(f"No endpoint '{path[:200]}'. See /api/headwater/1/openapi.json for what there is.")


class Protector(Protocol):
    """Lets callers do what they may."""

    def protect(
        self, endpoint: Endpoint[Any, Any], call: Callable[[Any], msgspec.Struct]
    ) -> Callable[[Caller, Any], msgspec.Struct]:
        """Return what does `call` for a caller who may."""


def derive_routes(
    endpoints: Iterable[Endpoint[Any, Any]],
    store: Store,
    workers: Workers,
    settings: ServerSettings,
    access: Protector | None = None,
) -> list[Route]:
    """Return the routes of the protocol table; an endpoint that `store` cannot serve fails here, at start-up.

    Without `access`, everybody may do everything.
    """
    routes = []
    for endpoint in endpoints:
        call = guarded(endpoint, getattr(getattr(store, endpoint.resource), endpoint.verb), store)
        if access is None and endpoint.resource in ABOUT_USERS and not settings.opens_users:
            call = refuse_users
        answer = _ask_anybody(call) if access is None else _ask_caller(access.protect(endpoint, call))
        handler = _rpc_handler(endpoint, answer, workers, settings)
        routes += [
            Route(path=url, methods=endpoint.methods, permission=endpoint.permission, handler=handler)
            for url in endpoint.templates
        ]
    return routes


def _ask_anybody(call: Callable[[msgspec.Struct], msgspec.Struct]) -> Ask:
    def prepare(request: Request) -> Callable[[msgspec.Struct], msgspec.Struct]:
        caller = caller_name(request)
        return lambda wanted: call(attribute(wanted, caller))

    return prepare


def _ask_caller(call: Callable[[Caller, Any], msgspec.Struct]) -> Ask:
    def prepare(request: Request) -> Callable[[msgspec.Struct], msgspec.Struct]:
        return partial(call, get_caller(request))

    return prepare


def _rpc_handler(
    endpoint: Endpoint[Any, Any],
    ask: Ask,
    workers: Workers,
    settings: ServerSettings,
) -> Handler:
    async def handle(request: Request, _rest: str) -> Response:
        if request.method in {"GET", "HEAD"}:
            pairs = [*request.path_params.items(), *query_pairs(request)]
            decode: Callable[[], msgspec.Struct] = partial(decode_query, endpoint.request, pairs)
        else:
            decode = await _body_decoder(endpoint, request, settings)
        gzip_wanted, call = accepts_gzip(request), ask(request)

        def answer() -> Response:
            response = call(decode())
            if isinstance(response, Series):
                return Response(encode_series(response), media_type="application/octet-stream")
            body = encode(response)
            packed = compress(body) if gzip_wanted else None
            return json_response(body) if packed is None else json_response(packed, gzipped=True)

        return await workers.run(answer)

    return handle


async def _body_decoder(
    endpoint: Endpoint[Any, Any], request: Request, settings: ServerSettings
) -> Callable[[], msgspec.Struct]:
    kind = content_type(request)
    is_msgpack = kind in MSGPACK_TYPES and not endpoint.parameters
    if request.method in {"POST", "PUT"} and not is_msgpack and kind != JSON_TYPE:
        if not kind:
            raise InvalidParameterValue("Bad Request. Content-Type header is missing.")
        raise InvalidParameterValue(f"Bad Request. Content-Type must be one of ['{JSON_TYPE}'].")
    body = await read_body(request, settings.max_body_bytes, settings.stall_s)
    if endpoint.parameters:
        return partial(decode_body_in_path, endpoint.request, body, request.path_params)
    decode = decode_msgpack if is_msgpack else decode_body
    return partial(decode, endpoint.request, body)


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """Return the query string's keys and values in their order; raise if it is not UTF-8."""
    text = request.scope["query_string"].decode("latin-1")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError as error:
        message = "The query string is not valid UTF-8. Percent-encode its values as UTF-8."
        raise InvalidParameterValue(message) from error
