"""What a server leaves to others: everything but artifacts, artifacts, or workspaces, as MLflow's servers refuse it."""

from collections.abc import Iterable
from dataclasses import replace
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from headwater.protocol.endpoint import ARTIFACTS_BASES, NATIVE_BASE, Permission
from headwater.protocol.errors import FeatureDisabled
from headwater.server.routes import Handler, Route
from headwater.server.settings import ServerSettings

WORKSPACE_HEADER = "x-mlflow-workspace"
ALWAYS_SERVED = frozenset(
    {"/health", "/version", "/metrics", "/api/3.0/mlflow/server-info", "/ajax-api/3.0/mlflow/server-info"}
)
_ARTIFACT_PATHS = tuple(
    f"{base}/"
    for base in (*ARTIFACTS_BASES, *(f"{base}/{kind}" for base in NATIVE_BASE for kind in ("artifacts", "blobs")))
)
_ONLY_ARTIFACTS = (
    "disabled due to the mlflow server running in `--artifacts-only` mode. To enable tracking server functionality, "
    "run `headwater server` without `--artifacts-only`"
)
_NO_ARTIFACTS = (
    "disabled due to the mlflow server running with `--no-serve-artifacts`. To enable artifacts server functionality, "
    "run `headwater server` with `--serve-artifacts`"
)
_NO_WORKSPACES = "disabled because the server is running without workspaces support"


def narrow(routes: Iterable[Route], settings: ServerSettings) -> list[Route]:
    """Return the routes with a refusal in the place of each that `settings` leave to another server."""
    return [
        replace(route, handler=_refusal(reason)) if (reason := _reason(route.path, settings)) else route
        for route in routes
    ]


def workspace_routes() -> list[Route]:
    """Return the routes of workspaces, which say that there are none."""
    paths = [
        f"{base}/3.0/mlflow/workspaces{rest}" for base in ("/api", "/ajax-api") for rest in ("", "/{workspace_name}")
    ]
    reading, writing = ("GET",), ("POST", "PATCH", "DELETE")
    return [
        Route(path=path, methods=methods, permission=permission, handler=_refusal(_NO_WORKSPACES))
        for path in paths
        for methods, permission in ((reading, Permission.READ), (writing, Permission.ADMIN))
    ]


def refuse_workspace(request: Request, path: str) -> None:
    """Raise `FeatureDisabled` if a request is meant for a workspace, unless it asks what there is."""
    wanted = request.headers.get(WORKSPACE_HEADER)
    if wanted and path not in ALWAYS_SERVED:
        raise FeatureDisabled(
            f"This server has no workspaces, so there is none called '{wanted[:200]}'. "
            "Unset MLFLOW_WORKSPACE, or do not call set_workspace()."
        )


def is_refused_page(settings: ServerSettings) -> bool:
    """Return whether the web UI is left to another server."""
    return settings.only_artifacts


def refuse_page(path: str) -> Response:
    """Return the answer in the place of a page."""
    return _refuse(path, _ONLY_ARTIFACTS)


def _reason(path: str, settings: ServerSettings) -> str:
    is_artifacts = f"{path}/".startswith(_ARTIFACT_PATHS)
    if settings.only_artifacts and not is_artifacts and path not in ALWAYS_SERVED:
        return _ONLY_ARTIFACTS
    return _NO_ARTIFACTS if is_artifacts and not settings.serves_artifacts else ""


def _refusal(reason: str) -> Handler:
    async def refuse(request: Request, _rest: str) -> Response:
        return _refuse(request.scope["path"], reason)

    return refuse


def _refuse(path: str, reason: str) -> Response:
    return HTMLResponse(f"Endpoint: {escape(path[:200])} {reason}.", 503)
