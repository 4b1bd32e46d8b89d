"""Files kept once under the SHA-256 of their content, in a bucket."""

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from uuid import uuid4

from headwater.config import aws_settings
from headwater.protocol.artifacts import ArtifactFile, check_digest
from headwater.protocol.errors import DataLoss, InvalidParameterValue, RangeNotSatisfiable, ResourceDoesNotExist
from headwater.stores.artifacts.blob_claims import BlobClaims
from headwater.stores.artifacts.bucket import PART_BYTES, Bucket, StoredObject, gather
from headwater.stores.artifacts.direct import S3Direct, SignedDownloads, blob_key
from headwater.stores.artifacts.signing import S3Signer
from headwater.stores.found import HeldBlob
from headwater.stores.transfer import Checksum, OnBytes, counted, for_each, read_chunks, resume_file, unnoticed

_ASKED_AT_ONCE = 16
_STAGE = "incoming/"
_STALE_MS = 24 * 3_600_000
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_KEY_LENGTH = 65


class CloudBlobs:
    """A bucket of objects, each at `ab/cdef…` for the digest `abcdef…`. Thread- and process-safe.

    A file beyond 16 MiB is sent in parts as it arrives, in constant memory. Without a digest in advance it lands under
    `incoming/` and is copied inside the bucket. Let a rule of the bucket remove uploads in parts that nobody finished.

    Args:
        uri: `s3://bucket/folder`, `gs://bucket/folder` or `az://container/folder`.
    """

    def __init__(self, uri: str) -> None:
        self._bucket = Bucket(uri)
        self._claims = BlobClaims(self._bucket)
        self.direct = _open_direct(self._bucket)

    def size(self, digest: str) -> int:
        """Return the size in bytes of the file with this SHA-256; raise `ResourceDoesNotExist` if it is not held."""
        try:
            return self._bucket.find(blob_key(digest)).size
        except ResourceDoesNotExist as error:
            raise ResourceDoesNotExist(f"No file with SHA-256 '{digest}' is held. Upload it first.") from error

    def sizes(self, digests: Iterable[str]) -> dict[str, int]:
        """Return the sizes in bytes of those files that are held, asking for many at once."""
        asked = list(dict.fromkeys(digests))
        found = for_each(asked, self._find, threads=_ASKED_AT_ONCE)
        return {digest: item.size for digest, item in zip(asked, found, strict=True) if item is not None}

    def renew(self, digests: Iterable[str]) -> dict[str, int]:
        """Return the sizes as `sizes` does, and keep collectors away from the files.

        Raises `TemporarilyUnavailable` if one of them is being collected just now.
        """
        asked = list(dict.fromkeys(digests))
        self._claims.check_free(asked)
        found = dict(zip(asked, for_each(asked, self._find, threads=_ASKED_AT_ONCE), strict=True))
        old = [digest for digest, item in found.items() if item is not None and self._claims.claim(item, digest)]
        if old:  # one may have been collected before it was claimed
            self._claims.check_free(old)
            found |= dict(zip(old, for_each(old, self._find, threads=_ASKED_AT_ONCE), strict=True))
        return {digest: item.size for digest, item in found.items() if item is not None}

    def scan(self, folder: str) -> Iterator[HeldBlob]:
        """Yield the files whose digest begins with the two digits `folder`; other objects there are passed over."""
        for item in self._bucket.list_below(folder):
            digest = item.key.replace("/", "", 1)
            if len(item.key) == _KEY_LENGTH and _DIGEST.fullmatch(digest):
                yield HeldBlob(digest, item.size, item.modified_ms)

    def discard(self, digest: str, before_ms: int, *, dry_run: bool = False) -> bool:
        """Delete a file unless it was written or renewed after `before_ms`; return whether it was deleted."""
        if self._claims.is_wanted(digest, before_ms):
            return False
        return dry_run or self._claims.discard(digest, before_ms)

    def forget_unfinished(self, before_ms: int) -> None:
        """Delete what writers and collectors left behind that were killed, a day ago at least."""
        before_ms = min(before_ms, time.time_ns() // 1_000_000 - _STALE_MS)
        for folder in (_STAGE, *BlobClaims.FOLDERS):
            for item in self._bucket.list_below(folder.rstrip("/")):
                if item.modified_ms < before_ms:
                    self._bucket.delete(item.key)

    def received(self, digest: str) -> int:
        """Return 0: a bucket keeps nothing of a file that did not arrive whole."""
        check_digest(digest)
        return 0

    def write(self, chunks: Iterable[bytes], digest: str = "", start: int = 0) -> tuple[str, int]:
        """Keep the bytes of `chunks` and return their SHA-256 and size in bytes.

        Raises `DataLoss` if `digest` is given and is not what arrived. Nothing is visible before everything has
        arrived.
        """
        if digest:
            check_digest(digest)
        if start:
            raise InvalidParameterValue(f"Nothing was received to continue from byte '{start}'. Send the whole file.")
        source = iter(chunks)
        head = gather(source, PART_BYTES)
        hashed = _Hashed(chain([head], source), digest)
        if len(head) < PART_BYTES:
            data = b"".join(hashed)
            self._create(blob_key(hashed.hexdigest), data)
        elif digest:
            self._bucket.stream(blob_key(digest), hashed)
        else:
            stage = f"{_STAGE}{uuid4().hex}"
            self._bucket.stream(stage, hashed)
            self._bucket.copy(stage, blob_key(hashed.hexdigest))
            self._bucket.delete(stage)
        return hashed.hexdigest, hashed.size

    def write_file(self, source: Path, digest: str, *, on_bytes: OnBytes = unnoticed) -> None:
        """Keep a file of this machine."""
        self.write(counted(read_chunks(source), on_bytes), digest)

    def adopt(self, _source: Path, _digest: str) -> bool:
        """Return False: nothing of this machine is a bucket's."""
        return False

    def read_file(self, file: ArtifactFile, target: Path, *, on_bytes: OnBytes = unnoticed) -> None:
        """Write a file to `target`, going on where an earlier transfer ended."""
        resume_file(lambda start: self.read(file.digest, start), file.digest, target, on_bytes)

    def read(self, digest: str, start: int = 0, length: int | None = None, *, verify: bool = True) -> Iterator[bytes]:
        """Return an iterator of chunks of at most 1 MiB; a whole read raises `DataLoss` at its end if altered.

        Raises `ResourceDoesNotExist` if the file is not held, `RangeNotSatisfiable` if `start` is beyond its end.
        """
        size = self.size(digest)
        if not 0 <= start <= size or (length is not None and length < 0):
            raise RangeNotSatisfiable(f"The range from '{start}' lies outside the file of {size} bytes.")
        wanted = size - start if length is None else min(length, size - start)
        if verify and start == 0 and wanted == size:
            return iter(_Hashed(self._bucket.read(blob_key(digest)), digest))
        return self._bucket.read(blob_key(digest), start, wanted)

    def _find(self, digest: str) -> StoredObject | None:
        try:
            return self._bucket.find(blob_key(digest))
        except ResourceDoesNotExist:
            return None

    def _create(self, key: str, data: bytes) -> None:
        if not self._bucket.create(key, data) and self._bucket.find(key).size != len(data):
            self._bucket.put(key, data)  # a damaged object


class _Hashed:
    """Passes chunks on while it counts and hashes them; raises `DataLoss` at their end if they are others."""

    def __init__(self, chunks: Iterable[bytes], digest: str) -> None:
        self._chunks = chunks
        self._expected = digest
        self.hexdigest = ""
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        with closing(Checksum()) as checksum:
            for chunk in self._chunks:
                checksum.update(chunk)
                if chunk:
                    yield chunk
            self.hexdigest, self.size = checksum.hexdigest(), checksum.size
        if self._expected and self.hexdigest != self._expected:
            raise DataLoss(f"The bytes have SHA-256 '{self.hexdigest}', not '{self._expected}'. Send them again.")


def _open_direct(bucket: Bucket) -> SignedDownloads | None:
    if bucket.address.provider == "memory":
        return None
    settings = aws_settings()
    is_plain = not bucket.has_upload_options  # which no signed URL for a part could carry
    if bucket.address.provider == "s3" and settings.key_id and settings.secret and is_plain:
        return S3Direct(bucket, S3Signer(settings, bucket.address.bucket))
    return SignedDownloads(bucket)
