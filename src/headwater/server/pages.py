"""What a browser or a monitor asks for: the user interface, its files, health, version and the OpenAPI document."""

import mimetypes
from functools import partial
from html import escape
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from headwater.protocol.artifacts import check_path
from headwater.protocol.endpoint import NATIVE_BASE, Permission
from headwater.protocol.errors import EndpointNotFound
from headwater.protocol.openapi import describe_api
from headwater.server.bodies import json_response
from headwater.server.routes import Route
from headwater.server.settings import ServerSettings
from headwater.server.workers import Workers
from headwater.stores.interface import Direct
from headwater.version import __version__

_API_PREFIXES = ("/api/", "/ajax-api/", "/get-artifact", "/health", "/version")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_IMMUTABLE = "public, max-age=31536000, immutable"
_BASE_TAG = b'<base href="/">'
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Headwater</title>
<h1>The user interface is not built</h1><p>The server works. In a source checkout, build the pages with
<code>just ui</code> and reload.</p></html>"""


class _ServerInfo(msgspec.Struct, frozen=True):
    """What MLflow's clients ask before they transfer artifacts."""

    store_type: str = "SqlStore"
    workspaces_enabled: bool = False
    trace_archival_enabled: bool = False
    multipart_uploads_enabled: bool = False
    multipart_downloads_enabled: bool = False
    presigned_upload_run_id_supported: bool = False
    presigned_upload_model_id_supported: bool = False
    features_enabled: dict[str, bool] = {}


class Pages:
    """The handlers of everything that is neither the API nor an artifact."""

    def __init__(
        self, workers: Workers, settings: ServerSettings, direct: Direct | None, *, knows_users: bool = False
    ) -> None:
        self._workers = workers
        direct = direct if settings.serves_artifacts else None
        self._information = _ServerInfo(
            multipart_uploads_enabled=direct is not None and direct.takes_parts,
            multipart_downloads_enabled=direct is not None,
            presigned_upload_run_id_supported=True,
            presigned_upload_model_id_supported=True,
        )
        self._folder = settings.static_folder
        called = escape(" ".join(settings.scoring_servers))
        scoring = f'<meta name="headwater-scoring" content="{called}">' if called else ""
        # The pages ask who one is only where somebody can be.
        users = '<meta name="headwater-users" content="known">' if knows_users else ""
        self._head = f'<base href="{escape(settings.prefix)}/">{scoring}{users}'.encode()

    def routes(self) -> list[Route]:
        """Return every route of this module with a path of its own."""
        information = [f"{base}/3.0/mlflow/server-info" for base in ("/api", "/ajax-api")]
        return [
            Route(path="/health", methods=("GET",), permission=None, handler=self._health),
            Route(path="/version", methods=("GET",), permission=None, handler=self._version),
            Route(path=f"{NATIVE_BASE[0]}/openapi.json", methods=("GET",), permission=None, handler=self._openapi),
            *(
                Route(path=path, methods=("GET",), permission=Permission.READ, handler=self._server_info)
                for path in information
            ),
        ]

    def is_page(self, request: Request, path: str) -> bool:
        """Return whether `path` belongs to the user interface rather than to the API."""
        return request.method in {"GET", "HEAD"} and not path.startswith(_API_PREFIXES)

    async def page(self, request: Request, path: str) -> Response:
        """Return a static file, or the page that shows `path`; raise `EndpointNotFound` for what is neither."""
        name = path.lstrip("/")
        wants_page = not name or "text/html" in request.headers.get("accept", "")
        if name and not path.endswith("/"):
            check_path(name)
            found = await self._workers.run(
                partial(self._read_static, name, request.headers.get("accept-encoding", ""))
            )
            if found is not None:
                return found
        if not wants_page or name.startswith("assets/"):
            raise EndpointNotFound(f"No page '{path[:200]}'.")
        return await self._workers.run(self._index)

    def _read_static(self, name: str, accepted: str) -> Response | None:
        file = self._folder / name
        if name == "index.html" or name.endswith((".br", ".gz")) or not _is_inside(self._folder, file):
            return None
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"cache-control": _IMMUTABLE if name.startswith("assets/") else "no-cache"}
        offers = {offer.partition(";")[0].strip() for offer in accepted.lower().split(",")}
        for encoding, suffix in _ENCODINGS:
            packed = file.with_name(file.name + suffix)
            if encoding in offers and packed.is_file():
                headers |= {"content-encoding": encoding, "vary": "Accept-Encoding"}
                return Response(packed.read_bytes(), 200, headers, kind)
        return Response(file.read_bytes(), 200, headers, kind)

    def _index(self) -> Response:
        index = self._folder / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, headers={"cache-control": "no-cache"})
        body = index.read_bytes().replace(_BASE_TAG, self._head)
        return HTMLResponse(body, headers={"cache-control": "no-cache"})

    async def _health(self, _request: Request, _rest: str) -> Response:
        return PlainTextResponse("OK", headers={"cache-control": "no-store"})

    async def _version(self, _request: Request, _rest: str) -> Response:
        return PlainTextResponse(__version__, headers={"cache-control": "no-cache"})

    async def _server_info(self, _request: Request, _rest: str) -> Response:
        return json_response(msgspec.json.encode(self._information))

    async def _openapi(self, _request: Request, _rest: str) -> Response:
        return await self._workers.run(lambda: json_response(msgspec.json.encode(describe_api(__version__))))


def _is_inside(folder: Path, file: Path) -> bool:
    return file.is_file() and file.resolve().is_relative_to(folder.resolve())
