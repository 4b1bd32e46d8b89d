"""Large files between this machine and a server: straight to its object store where that is possible.

What breaks off is continued: through the server at the byte that it has received, past it with the missing parts.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.loading import loading
from headwater.protocol import artifacts
from headwater.protocol.artifacts import (
    ArtifactFile,
    FinishUpload,
    SignDownload,
    SignedPart,
    SignedUrl,
    StartUpload,
    StartUploadResponse,
    UploadedPart,
)
from headwater.protocol.errors import (
    DataLoss,
    EndpointNotFound,
    InvalidParameterValue,
    NotSupported,
    TemporarilyUnavailable,
)
from headwater.stores.interface import Blobs
from headwater.stores.rest.client import Client
from headwater.stores.rest.transport import Unreachable
from headwater.stores.transfer import Checksum, OnBytes, counted, for_each, read_chunks

if TYPE_CHECKING:
    from headwater.stores.rest.signed import SignedTransport

_log = logging.getLogger(__name__)

LARGE_BYTES = 8 * 1024 * 1024
PARTS_AT_ONCE = 4
_FINISH_TIMEOUT_S = 1800.0  # the server reads the file once
_REST_S = 600.0  # how long the parts that an object store has taken are worth remembering


@dataclass
class _Upload:
    """An upload in parts, and which of them have arrived."""

    plan: StartUploadResponse
    size: int
    started: float = field(default_factory=time.monotonic)
    taken: dict[int, UploadedPart] = field(default_factory=dict)

    def extent(self, part: SignedPart) -> tuple[int, int]:
        """Return where a part begins in the file, and how many bytes it has."""
        start = (part.part_number - 1) * self.plan.part_bytes
        return start, min(self.plan.part_bytes, self.size - start)


class Transfers:
    """Sends and receives files for one server. Thread-safe."""

    def __init__(self, client: Client, blobs: Blobs) -> None:
        self._client = client
        self._blobs = blobs
        self._uploads: dict[str, _Upload] = {}
        self._signed: SignedTransport | None = None
        self._is_past_possible = True  # until the server or the network says otherwise

    def start(self, digest: str, size: int) -> StartUploadResponse:
        """Ask how to send a file."""
        return self._client.send(artifacts.START_UPLOAD, StartUpload(digest, size))

    def send(self, source: Path, digest: str, on_bytes: OnBytes) -> None:
        """Send a file, again and again if that may help; raise what the last attempt raised."""
        size = source.stat().st_size

        def attempt() -> None:
            if size < LARGE_BYTES:
                self._blobs.write(counted(read_chunks(source), on_bytes), digest)
            else:
                self._send_large(source, digest, size, on_bytes)

        self._client.repeat(attempt, is_idempotent=True)

    def read_from(self, file: ArtifactFile, start: int) -> Iterator[bytes]:
        """Yield a file from a byte on; from its beginning on it is verified."""
        digest, size = file.digest, file.size
        signed = self._sign(digest) if size - start >= LARGE_BYTES else None
        if signed is None:
            yield from self._blobs.read(digest, start)
            return
        received = start
        with closing(Checksum()) as checksum:
            try:
                for chunk in self._past().get(signed, start):
                    received += len(chunk)
                    checksum.update(chunk)
                    yield chunk
            except (TemporarilyUnavailable, InvalidParameterValue) as error:
                _log.info("Continuing '%s' through the server: %s", digest, error)
                for chunk in self._blobs.read(digest, received, size - received):
                    checksum.update(chunk)
                    yield chunk
            if not start and checksum.hexdigest() != digest:
                raise DataLoss(f"The file '{digest}' arrived as other bytes. Ask again, or restore it from a backup.")

    def _send_large(self, source: Path, digest: str, size: int, on_bytes: OnBytes) -> None:
        upload = self._uploads.get(digest)
        if upload is None or time.monotonic() - upload.started > _REST_S:
            try:
                plan = self.start(digest, size if self._is_past_possible else 0)
            except EndpointNotFound:  # an older server
                plan = StartUploadResponse()
            if not plan.parts:
                on_bytes(plan.received)
                self._blobs.write(counted(read_chunks(source, plan.received), on_bytes), digest, plan.received)
                return
            upload = self._uploads[digest] = _Upload(plan, size)
        try:
            self._send_parts(upload, source, on_bytes)
            finish = FinishUpload(digest, upload.plan.upload_id, list(upload.taken.values()))
            self._client.send(artifacts.FINISH_UPLOAD, finish, timeout_s=_FINISH_TIMEOUT_S)
        except Unreachable as error:
            _log.info("Sending '%s' through the server: %s", source.name, error)
            self._is_past_possible = False
            self._uploads.pop(digest, None)
            raise
        except InvalidParameterValue as error:
            self._uploads.pop(digest, None)
            raise TemporarilyUnavailable(f"The parts of '{digest}' were not taken: {error.message}") from error
        self._uploads.pop(digest, None)

    def _send_parts(self, upload: _Upload, source: Path, on_bytes: OnBytes) -> None:
        def send(part: SignedPart) -> None:
            start, length = upload.extent(part)
            chunks = counted(read_chunks(source, start, length), on_bytes)
            upload.taken[part.part_number] = UploadedPart(part.part_number, self._past().put(part, chunks, length))

        missing = [part for part in upload.plan.parts if part.part_number not in upload.taken]
        for_each(missing, send, threads=PARTS_AT_ONCE)

    def _sign(self, digest: str) -> SignedUrl | None:
        if not self._is_past_possible:
            return None
        try:
            return self._client.send(artifacts.SIGN_DOWNLOAD, SignDownload(digest))
        except (NotSupported, EndpointNotFound):
            self._is_past_possible = False
            return None

    def _past(self) -> "SignedTransport":
        if self._signed is None:
            with loading():
                from headwater.stores.rest.signed import SignedTransport  # an HTTP client costs 80 ms

            self._signed = SignedTransport()
        return self._signed
