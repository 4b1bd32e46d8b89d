"""A folder of artifacts as one ZIP file, streamed in constant memory."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from headwater.protocol.artifacts import GetTree, check_path
from headwater.protocol.endpoint import NATIVE_BASE, Permission
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.logged_models import GetLoggedModel
from headwater.protocol.names import check_run_id
from headwater.protocol.runs import GetRun
from headwater.server.files import content_disposition
from headwater.server.routes import Route, query_pairs
from headwater.server.workers import Workers
from headwater.stores.interface import Store

ARCHIVE_PATH = f"{NATIVE_BASE[0]}/artifacts/archive"
_SCHEME = "mlflow-artifacts:"
_MEMBER_DATE = (1980, 1, 1, 0, 0, 0)  # the same files make the same bytes


class Archives:
    """The handler of downloads of whole folders."""

    def __init__(self, store: Store, workers: Workers) -> None:
        self._store = store
        self._workers = workers

    def routes(self) -> list[Route]:
        """Return the route of this module."""
        return [Route(path=ARCHIVE_PATH, methods=("GET",), permission=Permission.READ, handler=self._get)]

    async def _get(self, request: Request, _rest: str) -> Response:
        query = dict(reversed(query_pairs(request)))
        path = query.get("path", "")
        if path:
            check_path(path)
        owner, uri = await self._workers.run(partial(self._find_owner, query))
        files = await self._workers.run(partial(self._list, uri, path))
        if not files:
            raise ResourceDoesNotExist(f"There are no artifacts below '{path}' of '{owner}' to download.")
        name = f"{path.rpartition('/')[2] or owner}.zip"
        headers = {"content-disposition": content_disposition(name), "cache-control": "no-cache"}
        if request.method == "HEAD":
            return Response(None, 200, headers, "application/zip")
        return StreamingResponse(self._send(pack(files)), 200, headers, "application/zip")

    def _find_owner(self, query: dict[str, str]) -> tuple[str, str]:
        """Return the run or logged model that is asked for, and where its artifacts are."""
        model_id = query.get("model_id", "")
        if model_id:
            return model_id, self._store.logged_models.get(GetLoggedModel(model_id)).model.info.artifact_uri
        run_id = query.get("run_id", "")
        check_run_id(run_id)
        return run_id, self._store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri

    def _list(self, uri: str, path: str) -> list[tuple[str, Iterator[bytes]]]:
        """Return the files below a folder: the paths that they get, and their bytes, which are read when asked for."""
        if uri.startswith(_SCHEME):
            root = "/".join(filter(None, (uri.removeprefix(_SCHEME).lstrip("/"), path)))
            tree = self._store.artifacts.get_tree(GetTree(root)).files
            read = self._store.blobs.read
            return [(file.path or path.rpartition("/")[2], _later(partial(read, file.digest))) for file in tree]
        location = self._store.locations.open(uri)
        begin = f"{path}/" if path else ""
        return [
            (file.path.removeprefix(begin), _later(partial(location.read, file.path))) for file in location.walk(path)
        ]

    async def _send(self, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        while chunk := await self._workers.run(partial(next, chunks, b"")):
            yield chunk


def pack(files: list[tuple[str, Iterator[bytes]]]) -> Iterator[bytes]:
    """Yield a ZIP of files, uncompressed: what is large among artifacts is packed already."""
    target = _Outbox()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, chunks in files:
            with archive.open(zipfile.ZipInfo(name, _MEMBER_DATE), "w", force_zip64=True) as member:
                for chunk in chunks:
                    member.write(chunk)
                    yield from target.take()
    yield from target.take()


def _later(read: partial[Iterator[bytes]]) -> Iterator[bytes]:
    yield from read()


class _Outbox(io.RawIOBase):
    """Takes what is written until somebody fetches it; it cannot be rewound, so that the ZIP never goes back."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # any buffer there
        if data:
            self._chunks.append(bytes(data))
        return len(data)

    def take(self) -> list[bytes]:
        """Return what was written since the last time."""
        taken, self._chunks = self._chunks, []
        return taken
