"""Who may use the routes that are written by hand: what of the path and the query string names something."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.artifacts import check_path
from headwater.protocol.endpoint import ARTIFACTS_BASES, NATIVE_BASE, Permission
from headwater.protocol.errors import HeadwaterError, PermissionDenied
from headwater.protocol.roles import Level
from headwater.server.access.caller import Caller, get_caller
from headwater.server.access.things import Things
from headwater.server.access.touched import What, level_of
from headwater.server.routes import Route, query_pairs
from headwater.server.workers import Workers

Rule = Callable[[Things, Caller, Request, str, Level], None]

_RUN = {"run_id": What.RUN, "run_uuid": What.RUN}


def guard_routes(routes: Iterable[Route], things: Things, workers: Workers) -> list[Route]:
    """Return routes that ask first whether the caller may; raise `HeadwaterError` for one that has no rule."""
    return [replace(route, handler=_guard(route, things, workers)) if route.permission else route for route in routes]


def _guard(route: Route, things: Things, workers: Workers) -> Callable[[Request, str], Awaitable[Response]]:
    rule, handler, permission = _find_rule(route), route.handler, route.permission
    assert permission is not None

    async def handle(request: Request, rest: str) -> Response:
        caller = get_caller(request)
        caller.check_scope(permission, is_reading=request.method in {"GET", "HEAD"})
        if permission is Permission.ADMIN and not caller.is_admin:
            raise PermissionDenied(f"Only administrators may do this; user '{caller.username}' is none.")
        if rule is not _anything and permission is not Permission.ADMIN:
            await workers.run(partial(rule, things, caller, request, rest, level_of(permission)))
        return await handler(request, rest)

    return handle


def _find_rule(route: Route) -> Rule:
    rule = _RULES.get(route.path)
    if rule is None and route.permission is not Permission.ADMIN:
        raise HeadwaterError(
            f"Nobody has said who may use '{route.path}'. Add it to headwater/server/access/handmade.py."
        )
    return rule or _anything


def _in_query(fields: dict[str, What]) -> Rule:
    """Return what asks about every value of some keys of the query string, whichever the handler takes."""

    def check(things: Things, caller: Caller, request: Request, _rest: str, level: Level) -> None:
        for key, what in fields.items():
            things.require(caller, what, {text for name, text in query_pairs(request) if name == key and text}, level)

    return check


def _in_path(parameter: str, what: What) -> Rule:
    def check(things: Things, caller: Caller, request: Request, _rest: str, level: Level) -> None:
        things.require(caller, what, [request.path_params[parameter]], level)

    return check


def _tree(things: Things, caller: Caller, _request: Request, rest: str, level: Level) -> None:
    things.require_path(caller, check_path(rest), level)


def _streams(things: Things, caller: Caller, request: Request, _rest: str, level: Level) -> None:
    """Of runs, each stream tells what its caller may see; logs are watched by name."""
    run_ids = {run_id for name, text in query_pairs(request) if name == "log_run_ids" for run_id in text.split(",")}
    things.require(caller, What.RUN, run_ids - {""}, level)


def _anything(_things: Things, _caller: Caller, _request: Request, _rest: str, _level: Level) -> None:
    """Whoever is signed in may."""


_RULES: dict[str, Rule] = {
    "/get-artifact": _in_query(_RUN),
    "/ajax-api/2.0/mlflow/upload-artifact": _in_query(_RUN),
    "/model-versions/get-artifact": _in_query({"name": What.REGISTERED_MODEL}),
    "/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files": _in_path("model_id", What.LOGGED_MODEL),
    f"{NATIVE_BASE[0]}/artifacts/archive": _in_query(_RUN | {"model_id": What.LOGGED_MODEL}),
    f"{NATIVE_BASE[0]}/events": _streams,
    f"{NATIVE_BASE[0]}/samples": _anything,  # says whether sample data are being made
    "/metrics": _anything,
    **{f"{base}/artifacts/": _tree for base in ARTIFACTS_BASES},
    **{f"{base}/mpu/{step}/": _tree for base in ARTIFACTS_BASES for step in ("create", "complete", "abort")},
    **{f"{base}/presigned/": _tree for base in ARTIFACTS_BASES},
    # A file belongs to nothing until it is committed, and who knows the 256 bits of its digest has been told of it.
    **{f"{base}/blobs{rest}": _anything for base in NATIVE_BASE for rest in ("", "/")},
    **{f"{base}/3.0/mlflow/server-info": _anything for base in ("/api", "/ajax-api")},
    **{
        f"{base}/3.0/mlflow/workspaces{rest}": _anything
        for base in ("/api", "/ajax-api")
        for rest in ("", "/{workspace_name}")
    },
}
"""By the route's path. The level is that of the route's permission."""
