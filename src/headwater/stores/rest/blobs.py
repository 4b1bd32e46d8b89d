"""The bytes of artifacts over HTTP: streamed, resumed where they broke off, and checked against their digest."""

from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec

from headwater.protocol.artifacts import ArtifactFile, check_digest
from headwater.protocol.codec import decode_response
from headwater.protocol.endpoint import NATIVE_BASE
from headwater.protocol.errors import (
    DataLoss,
    EndpointNotFound,
    InvalidParameterValue,
    RangeNotSatisfiable,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
)
from headwater.stores.rest.client import Client
from headwater.stores.rest.transfers import Transfers
from headwater.stores.rest.transport import HttpRequest
from headwater.stores.transfer import Checksum, OnBytes, resume_file, unnoticed

_BLOBS = f"{NATIVE_BASE[0]}/blobs"
_AJAX = "/ajax-api/2.0/mlflow"


class _Written(msgspec.Struct, frozen=True):
    digest: str
    size: int


class _Counted:
    """Passes chunks on while it counts them, and hashes them unless the server will check their digest."""

    def __init__(self, chunks: Iterable[bytes], digest: str) -> None:
        self._chunks = chunks
        self.digest = digest
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        with closing(Checksum()) as checksum:
            for chunk in self._chunks:
                if not self.digest:
                    checksum.update(chunk)
                self.size += len(chunk)
                if chunk:
                    yield chunk
            self.digest = self.digest or checksum.hexdigest()


class RestBlobs:
    """Blobs on a server; see `headwater.stores.interface.Blobs`."""

    direct = None  # it is the server that knows signed URLs, and `write_file` and `read_file` that use them

    def __init__(self, client: Client) -> None:
        self._client = client
        self._transfers = Transfers(client, self)

    def write(self, chunks: Iterable[bytes], digest: str = "", start: int = 0) -> tuple[str, int]:
        """Send `chunks` once, without a copy on disk; the caller repeats what failed from its own source."""
        counted = _Counted(chunks, digest)
        target = f"{_BLOBS}/{check_digest(digest)}" if digest else _BLOBS
        headers = {"content-type": "application/octet-stream"}
        if start:
            headers["content-range"] = f"bytes {start}-*/*"
        message = HttpRequest(method="PUT" if digest else "POST", target=target, headers=headers, body=counted)
        try:
            written = decode_response(_Written, self._client.exchange_once(message).read())
        except InvalidParameterValue as error:
            raise DataLoss(f"The file of {counted.size} bytes did not arrive: {error.message}") from error
        if (written.digest, written.size) != (counted.digest, start + counted.size):
            raise DataLoss(f"The server kept '{written.digest}' of other bytes than were sent. Send the file again.")
        return written.digest, written.size

    def write_file(self, source: Path, digest: str, *, on_bytes: OnBytes = unnoticed) -> None:
        """Send a file: a large one past the server where it can be, and what broke off is continued."""
        self._transfers.send(source, digest, on_bytes)

    def adopt(self, _source: Path, _digest: str) -> bool:
        """Return False: nothing of this machine is a server's."""
        return False

    def read_file(self, file: ArtifactFile, target: Path, *, on_bytes: OnBytes = unnoticed) -> None:
        """Write a file to `target`, past the server where it can be."""
        resume_file(partial(self._transfers.read_from, file), file.digest, target, on_bytes)

    def received(self, digest: str) -> int:
        """Return how many bytes of a file are at the server already."""
        return self._transfers.start(digest, 0).received

    def sizes(self, digests: Iterable[str]) -> dict[str, int]:
        """Return the sizes in bytes of those files that are held."""
        found = {}
        for digest in digests:
            with suppress(ResourceDoesNotExist):
                found[digest] = self.size(digest)
        return found

    def size(self, digest: str) -> int:
        """Return the size in bytes, from the headers of the file."""
        message = HttpRequest(method="HEAD", target=f"{_BLOBS}/{check_digest(digest)}")
        try:
            reply = self._client.repeat(lambda: self._client.exchange(message), is_idempotent=True)
        except EndpointNotFound as error:  # the answer to HEAD has no body that could say more
            raise ResourceDoesNotExist(f"No file with digest '{digest}' is kept.") from error
        reply.read()
        return int(reply.headers["content-length"])

    def read(self, digest: str, start: int = 0, length: int | None = None, *, verify: bool = True) -> Iterator[bytes]:
        """Yield the file or a part of it, continuing where a broken answer ended."""
        check_digest(digest)
        with closing(Checksum()) as checksum:
            for chunk in self._read_on(digest, start, length):
                if verify:
                    checksum.update(chunk)
                yield chunk
            if verify and start == 0 and length is None and checksum.hexdigest() != digest:
                raise DataLoss(f"The file '{digest}' arrived as other bytes. Ask again, or restore it from a backup.")

    def _read_on(self, digest: str, start: int, length: int | None) -> Iterator[bytes]:
        received = failures = 0
        while length is None or received < length:
            try:
                for chunk in self._read_from(digest, start + received, None if length is None else length - received):
                    received += len(chunk)
                    yield chunk
                return
            except TemporarilyUnavailable:
                if failures == self._client.retries:
                    raise
                self._client.pause(failures)
                failures += 1

    def read_artifact(self, run_id: str, path: str) -> Iterator[bytes]:
        """Yield an artifact of a run by its path, as any MLflow server sends it; a broken answer raises."""
        query = urlencode({"run_id": run_id, "run_uuid": run_id, "path": path})
        yield from self._read_target(f"/get-artifact?{query}")

    def read_model_artifact(self, model_id: str, path: str) -> Iterator[bytes]:
        """Yield an artifact of a logged model by its path, as any MLflow server sends it; a broken answer raises."""
        query = urlencode({"artifact_file_path": path})
        yield from self._read_target(f"{_AJAX}/logged-models/{quote(model_id)}/artifacts/files?{query}")

    def _read_target(self, target: str) -> Iterator[bytes]:
        message = HttpRequest(method="GET", target=target, headers={"accept-encoding": "identity"})
        reply = self._client.repeat(lambda: self._client.exchange(message), is_idempotent=True)
        yield from reply.chunks

    def _read_from(self, digest: str, start: int, length: int | None) -> Iterator[bytes]:
        headers = {"accept-encoding": "identity"}
        if start or length is not None:
            headers["range"] = f"bytes={start}-{'' if length is None else start + length - 1}"
        message = HttpRequest(method="GET", target=f"{_BLOBS}/{digest}", headers=headers)
        try:
            yield from self._client.exchange_once(message).chunks
        except RangeNotSatisfiable:  # there is nothing from here on
            return
