"""The bytes of artifacts: MLflow's proxied paths, downloads for pages, and our own content-addressed blobs."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.artifacts import (
    ArtifactFile,
    CommitArtifacts,
    DeleteTree,
    GetTree,
    check_digest,
    check_path,
)
from headwater.protocol.endpoint import ARTIFACTS_BASES, NATIVE_BASE, Permission
from headwater.protocol.errors import (
    DataLoss,
    InvalidParameterValue,
    NotSupported,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
)
from headwater.protocol.logged_models import GetLoggedModel
from headwater.protocol.model_sources import append_path, split_run_source
from headwater.protocol.model_versions import GetDownloadUri
from headwater.protocol.names import check_run_id
from headwater.protocol.runs import GetRun
from headwater.server.bodies import JSON_TYPE, body_chunks, json_response, read_body
from headwater.server.files import SentFile, file_response
from headwater.server.routes import Route, query_pairs
from headwater.server.settings import MEBIBYTE, ServerSettings
from headwater.server.workers import Workers
from headwater.stores.interface import Store

if TYPE_CHECKING:
    from concurrent.futures import Future

_MAX_UPLOAD_BYTES = 10 * MEBIBYTE
_SCHEME = "mlflow-artifacts:"
_CONTINUED = re.compile(r"bytes ([0-9]{1,18})-.*", re.ASCII)


class ArtifactRoutes:
    """The handlers of artifact bytes; uploads have threads of their own, so that slow ones hold up nothing else."""

    def __init__(self, store: Store, workers: Workers, transfers: Workers, settings: ServerSettings) -> None:
        self._store = store
        self._workers = workers
        self._transfers = transfers
        self._settings = settings

    def routes(self) -> list[Route]:
        """Return every route of this module."""
        read, edit = Permission.READ, Permission.EDIT
        routes = [
            Route(path="/get-artifact", methods=("GET",), permission=read, handler=self._get_of_run),
            Route(path="/model-versions/get-artifact", methods=("GET",), permission=read, handler=self._get_of_version),
            Route(
                path="/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files",
                methods=("GET",),
                permission=read,
                handler=self._get_of_model,
            ),
            Route(
                path="/ajax-api/2.0/mlflow/upload-artifact",
                methods=("POST",),
                permission=edit,
                handler=self._upload_to_run,
            ),
        ]
        for base in ARTIFACTS_BASES:
            files = f"{base}/artifacts/"
            routes += [
                Route(path=files, methods=("GET",), permission=read, handler=self._get),
                Route(path=files, methods=("PUT",), permission=edit, handler=self._put),
                Route(path=files, methods=("DELETE",), permission=edit, handler=self._delete),
            ]
        for base in NATIVE_BASE:
            blobs = f"{base}/blobs/"
            routes += [
                Route(path=f"{base}/blobs", methods=("POST",), permission=edit, handler=self._add_blob),
                Route(path=blobs, methods=("GET",), permission=read, handler=self._get_blob),
                Route(path=blobs, methods=("PUT",), permission=edit, handler=self._put_blob),
            ]
        return routes

    async def _get(self, request: Request, rest: str) -> Response:
        return await self._send(request, check_path(rest))

    async def _put(self, request: Request, rest: str) -> Response:
        await self._keep(check_path(rest), body_chunks(request, self._settings.stall_s))
        return Response()

    async def _delete(self, _request: Request, rest: str) -> Response:
        deletion = DeleteTree(check_path(rest))
        await self._workers.run(lambda: self._store.artifacts.delete_tree(deletion))
        return json_response(b"{}")

    async def _get_of_run(self, request: Request, _rest: str) -> Response:
        query = dict(reversed(query_pairs(request)))
        path = query.get("path", "")
        if not path:
            raise InvalidParameterValue("Request must specify path.")
        check_path(path)
        uri = await self._uri_of_run(query.get("run_id") or query.get("run_uuid", ""))
        return await self._send_at(request, uri, path)

    async def _get_of_model(self, request: Request, _rest: str) -> Response:
        path = dict(reversed(query_pairs(request))).get("artifact_file_path", "")
        if not path:
            raise InvalidParameterValue("Request must specify artifact_file_path.")
        check_path(path)
        asked = GetLoggedModel(request.path_params["model_id"])
        info = (await self._workers.run(lambda: self._store.logged_models.get(asked))).model.info
        return await self._send_at(request, info.artifact_uri, path)

    async def _get_of_version(self, request: Request, _rest: str) -> Response:
        query = dict(reversed(query_pairs(request)))
        asked = GetDownloadUri(query.get("name", ""), query.get("version", ""))
        path = query.get("path", "")
        if not path:
            raise InvalidParameterValue("Request must specify path.")
        check_path(path)
        uri = (await self._workers.run(lambda: self._store.model_versions.get_download_uri(asked))).artifact_uri
        run_id, below = split_run_source(uri)
        if run_id:
            uri = append_path(await self._uri_of_run(run_id), below)
        elif not uri.startswith(_SCHEME) or uri.startswith(f"{_SCHEME}//"):
            # Anybody may name any place as a source, which is no reason to read it with this server's rights.
            owner = f"version '{asked.version}' of '{asked.name}'"
            raise NotSupported(f"The artifacts of {owner} are kept at '{uri}', outside of this server.")
        return await self._send_at(request, uri, path)

    async def _upload_to_run(self, request: Request, _rest: str) -> Response:
        query = dict(reversed(query_pairs(request)))
        run_id, path = query.get("run_uuid") or query.get("run_id", ""), query.get("path", "")
        if not run_id:
            raise InvalidParameterValue("Request must specify run_uuid.")
        if not path:
            raise InvalidParameterValue("Request must specify path.")
        check_path(path)
        declared = request.headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > _MAX_UPLOAD_BYTES:
            raise InvalidParameterValue("Artifact size is too large. Max size is 10MB.")
        data = await read_body(request, _MAX_UPLOAD_BYTES, self._settings.stall_s)
        if not data:
            raise InvalidParameterValue("Request must specify data.")
        uri = await self._uri_of_run(run_id)
        if uri.startswith(_SCHEME):
            await self._keep(f"{_tree_root(uri)}/{path}", _one_chunk(data))
        else:
            await self._transfers.run(lambda: self._store.locations.open(uri).write(path, [data]))
        return Response(media_type=JSON_TYPE)

    async def _get_blob(self, request: Request, rest: str) -> Response:
        digest = check_digest(rest)
        size = await self._workers.run(lambda: self._store.blobs.size(digest))
        # Who asks by digest has what it takes to verify the file, and saves us reading it twice as slowly.
        read = partial(self._store.blobs.read, digest, verify=False)
        return await file_response(request, self._workers, SentFile(f"{digest}.bin", size, digest, read))

    async def _put_blob(self, request: Request, rest: str) -> Response:
        continued = _CONTINUED.fullmatch(request.headers.get("content-range", ""))
        return await self._write_blob(request, check_digest(rest), int(continued[1]) if continued else 0)

    async def _add_blob(self, request: Request, _rest: str) -> Response:
        return await self._write_blob(request, "")

    async def _write_blob(self, request: Request, expected: str, start: int = 0) -> Response:
        digest, size = await self._write(body_chunks(request, self._settings.stall_s), expected, start)
        return json_response(msgspec.json.encode({"digest": digest, "size": size}))

    async def _send(self, request: Request, path: str, shown: str = "") -> Response:
        tree = await self._workers.run(lambda: self._store.artifacts.get_tree(GetTree(path)))
        if not tree.files:
            raise ResourceDoesNotExist(f"No such artifact: '{shown or path}'")
        file = tree.files[0]
        if file.path:
            raise InvalidParameterValue(f"Artifact path refers to a directory, not a file: '{shown or path}'")
        return await self._send_blob(request, ArtifactFile(path, file.digest, file.size))

    async def _send_blob(self, request: Request, file: ArtifactFile) -> Response:
        read = partial(self._store.blobs.read, file.digest)
        return await file_response(request, self._workers, SentFile(file.path, file.size, file.digest, read))

    async def _send_at(self, request: Request, uri: str, path: str) -> Response:
        """Send a file of an artifact location: of our own tree, or of a place that we serve."""
        if uri.startswith(_SCHEME):
            return await self._send(request, f"{_tree_root(uri)}/{path}", path)
        location = await self._workers.run(lambda: self._store.locations.open(uri))
        found = await self._workers.run(lambda: location.find(path))
        return await file_response(
            request, self._workers, SentFile(path, found.size, found.etag, partial(location.read, path))
        )

    async def _keep(self, path: str, chunks: AsyncIterator[bytes]) -> None:
        root, _, name = path.rpartition("/")
        if not root:
            raise InvalidParameterValue(
                f"Invalid path '{path}'. Put files below a folder, such as '1/<run_id>/artifacts'."
            )
        digest, size = await self._write(chunks, "")
        commit = CommitArtifacts(root, [ArtifactFile(name, digest, size)])
        await self._workers.run(lambda: self._store.artifacts.commit(commit))

    async def _write(self, chunks: AsyncIterator[bytes], expected: str, start: int = 0) -> tuple[str, int]:
        upload = _Upload(chunks)
        try:
            return await self._transfers.run(lambda: self._store.blobs.write(upload, expected, start))
        except asyncio.CancelledError:
            upload.cancel()
            raise
        except DataLoss as error:
            raise InvalidParameterValue(
                f"The bytes that arrived are not the file announced: {error.message}"
            ) from error

    async def _uri_of_run(self, run_id: str) -> str:
        check_run_id(run_id)
        run = (await self._workers.run(lambda: self._store.runs.get(GetRun(run_id=run_id)))).run
        return run.info.artifact_uri


def _tree_root(uri: str) -> str:
    return check_path(uri.removeprefix(_SCHEME).lstrip("/"))


class _Upload:
    """Lets a thread iterate over what arrives in the event loop, about a mebibyte at a time."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._loop = asyncio.get_running_loop()
        self._pending: Future[list[bytes]] | None = None
        self._is_cancelled = False

    def __iter__(self) -> Iterator[bytes]:
        pending = self._expect()
        try:
            while not self._is_cancelled:
                block = pending.result()
                if not block:
                    return
                pending = self._expect()  # the next block arrives while the caller works on this one
                yield b"".join(block)
        finally:
            pending.cancel()
        raise TemporarilyUnavailable("The server is stopping. Send the file again.")

    def _expect(self) -> "Future[list[bytes]]":
        self._pending = asyncio.run_coroutine_threadsafe(self._gather(), self._loop)
        return self._pending

    def cancel(self) -> None:
        """Make the thread stop waiting, because nobody will read its answer."""
        self._is_cancelled = True
        if self._pending is not None:
            self._pending.cancel()

    async def _gather(self) -> list[bytes]:
        gathered: list[bytes] = []
        size = 0
        async for chunk in self._chunks:
            gathered.append(chunk)
            size += len(chunk)
            if size >= MEBIBYTE:
                break
        return gathered


async def _one_chunk(data: bytes) -> AsyncIterator[bytes]:
    yield data
