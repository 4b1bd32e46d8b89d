"""MLflow's uploads in parts and downloads past the server, for proxied artifacts whose bytes are in an object store."""

from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from headwater.protocol.artifacts import (
    AbortMultipart,
    ArtifactFile,
    CommitArtifacts,
    CompleteMultipart,
    CreateMultipart,
    CreateMultipartResponse,
    GetTree,
    PresignedFile,
    check_path,
    multipart_name,
)
from headwater.protocol.codec import decode_body, encode
from headwater.protocol.endpoint import ARTIFACTS_BASES, Permission
from headwater.protocol.errors import InvalidParameterValue, NotSupported, ResourceDoesNotExist
from headwater.server.bodies import json_response, read_body
from headwater.server.routes import Route
from headwater.server.settings import ServerSettings
from headwater.server.workers import Workers
from headwater.stores.interface import Direct, Store

RequestT = TypeVar("RequestT", CreateMultipart, CompleteMultipart, AbortMultipart)

_NO_MULTIPART = "Multipart upload is not supported for the current artifact repository"
_NO_PRESIGNED = "Presigned URLs are not supported for the current artifact repository"


class MultipartRoutes:
    """The handlers; completing an upload reads the file once in the object store, in a thread of the transfers."""

    def __init__(self, store: Store, workers: Workers, transfers: Workers, settings: ServerSettings) -> None:
        self._store = store
        self._workers = workers
        self._transfers = transfers
        self._settings = settings

    def routes(self) -> list[Route]:
        """Return every route of this module."""
        steps = {"create": self._create, "complete": self._complete, "abort": self._abort}
        routes = []
        for base in ARTIFACTS_BASES:
            routes += [
                Route(path=f"{base}/mpu/{step}/", methods=("POST",), permission=Permission.EDIT, handler=handler)
                for step, handler in steps.items()
            ]
            routes.append(
                Route(path=f"{base}/presigned/", methods=("GET",), permission=Permission.READ, handler=self._presign)
            )
        return routes

    async def _create(self, request: Request, rest: str) -> Response:
        check_path(rest)
        direct = self._direct(_NO_MULTIPART)
        wanted = await self._decode(request, CreateMultipart)
        upload_id, parts = await self._workers.run(lambda: direct.start(wanted.num_parts))
        return json_response(encode(CreateMultipartResponse(upload_id, parts)))

    async def _complete(self, request: Request, rest: str) -> Response:
        check_path(rest)
        direct = self._direct(_NO_MULTIPART)
        wanted = await self._decode(request, CompleteMultipart)
        name = multipart_name(wanted.path)

        def finish() -> None:
            digest, size = direct.finish(wanted.upload_id, wanted.parts)
            self._store.artifacts.commit(CommitArtifacts(rest, [ArtifactFile(name, digest, size)]))

        await self._transfers.run(finish)
        return json_response(b"{}")

    async def _abort(self, request: Request, rest: str) -> Response:
        check_path(rest)
        direct = self._direct(_NO_MULTIPART)
        wanted = await self._decode(request, AbortMultipart)
        await self._workers.run(lambda: direct.abort(wanted.upload_id))
        return json_response(b"{}")

    async def _presign(self, _request: Request, rest: str) -> Response:
        check_path(rest)
        direct = self._direct(_NO_PRESIGNED)

        def presign() -> PresignedFile:
            files = self._store.artifacts.get_tree(GetTree(rest)).files
            if not files:
                raise ResourceDoesNotExist(f"No such artifact: '{rest}'")
            if files[0].path:
                raise InvalidParameterValue(f"Artifact path refers to a directory, not a file: '{rest}'")
            signed = direct.sign_download(files[0].digest)
            return PresignedFile(signed.url, signed.headers, files[0].size)

        return json_response(encode(await self._workers.run(presign)))

    def _direct(self, refusal: str) -> Direct:
        if self._store.blobs.direct is None:
            raise NotSupported(refusal)
        return self._store.blobs.direct

    async def _decode(self, request: Request, kind: type[RequestT]) -> RequestT:
        body = await read_body(request, self._settings.max_body_bytes, self._settings.stall_s)
        wanted = decode_body(kind, body)
        wanted.check()
        return wanted
