"""Who wants a file of a bucket that others may be about to delete: writers and collectors agree by small objects.

A bucket deletes without a condition, so that a look and a deletion never are one step. A collector therefore says first
which file it is after, then looks whether anybody wants it; a writer says first that it wants it, then looks whether
anybody is after it. Whoever is second sees the other.
"""

import time
from collections.abc import Iterable

from headwater.protocol.errors import ResourceDoesNotExist, TemporarilyUnavailable
from headwater.stores.artifacts.bucket import Bucket, StoredObject
from headwater.stores.artifacts.direct import blob_key

_WANTED = "renewed/"
_AFTER = "collecting/"
_YOUNG_MS = 600_000
"""A file younger than this needs no claim, because none younger than twice that is collected."""

_PATIENCE_S = 60.0
"""A collector that was held up for longer than this gives up: after `_YOUNG_MS` nobody heeds what it said."""


class BlobClaims:
    """The claims on the files of one bucket. Thread- and process-safe."""

    FOLDERS = (_WANTED, _AFTER)

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def claim(self, item: StoredObject, digest: str) -> bool:
        """Say that a file is wanted, unless its age protects it; return whether that was said."""
        is_old = item.modified_ms < _now_ms() - _YOUNG_MS
        if is_old:
            self._bucket.put(_WANTED + digest, b"")
        return is_old

    def check_free(self, digests: Iterable[str]) -> None:
        """Raise `TemporarilyUnavailable` if a collector is after one of these files."""
        since = _now_ms() - _YOUNG_MS
        after = {item.key.removeprefix(_AFTER) for item in self._list(_AFTER) if item.modified_ms > since}
        taken = next((digest for digest in digests if digest in after), "")
        if taken:
            raise TemporarilyUnavailable(f"The file with SHA-256 '{taken}' is being collected. Try again in a moment.")

    def is_wanted(self, digest: str, before_ms: int) -> bool:
        """Return whether a file is gone, or was written or claimed after `before_ms` or lately."""
        before_ms = min(before_ms, _now_ms() - 2 * _YOUNG_MS)
        for key in (_WANTED + digest, blob_key(digest)):
            try:
                if self._bucket.find(key).modified_ms > before_ms:
                    return True
            except ResourceDoesNotExist:
                if key == blob_key(digest):
                    return True
        return False

    def discard(self, digest: str, before_ms: int) -> bool:
        """Delete a file unless anybody wants it; return whether it was deleted."""
        began = time.monotonic()
        self._bucket.put(_AFTER + digest, b"")
        try:
            if self.is_wanted(digest, before_ms) or time.monotonic() - began > _PATIENCE_S:
                return False
            self._bucket.delete(blob_key(digest))
            self._bucket.delete(_WANTED + digest)
        finally:
            self._bucket.delete(_AFTER + digest)
        return True

    def _list(self, folder: str) -> Iterable[StoredObject]:
        return self._bucket.list_below(folder.rstrip("/"))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
