"""Files kept once under the SHA-256 of their content, in a folder."""

import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from headwater.protocol.artifacts import check_digest
from headwater.protocol.errors import (
    DataLoss,
    HeadwaterError,
    InsufficientStorage,
    RangeNotSatisfiable,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
)

_CHUNK_BYTES = 1 << 20
_STALE_S = 24 * 3600
_CANNOT_WRITE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM}


class LocalBlobs:
    """A folder of files, each at `ab/cdef…` for the digest `abcdef…`. Thread- and process-safe.

    Args:
        root: the folder; it is created with the first file, for its owner only.
        fsync: make every file durable before it is named, so that a power cut cannot lose it.
    """

    def __init__(self, root: Path, *, fsync: bool = False) -> None:
        self.root = root
        self._fsync = fsync
        self._incoming = root / "incoming"

    def path(self, digest: str) -> Path:
        """Return where the file with this SHA-256 is, or would be."""
        check_digest(digest)
        return self.root / digest[:2] / digest[2:]

    def has(self, digest: str) -> bool:
        """Return whether the file with this SHA-256 is held."""
        return self.path(digest).is_file()

    def size(self, digest: str) -> int:
        """Return the size in bytes of the file with this SHA-256; raise `ResourceDoesNotExist` if it is not held."""
        try:
            return self.path(digest).stat().st_size
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ResourceDoesNotExist(f"No file with SHA-256 '{digest}' is held. Upload it first.") from error
        except OSError as error:
            raise self._explain(error) from error

    def write(self, chunks: Iterable[bytes], digest: str = "") -> tuple[str, int]:
        """Keep the bytes of `chunks` and return their SHA-256 and size in bytes.

        Raises `DataLoss` if `digest` is given and is not what arrived, `InsufficientStorage` if the disk is full.
        Nothing is visible before everything has been written.
        """
        if digest:
            check_digest(digest)
        temporary = self._create_temporary()
        try:
            actual, size = self._fill(temporary, chunks)
            if digest and actual != digest:
                raise DataLoss(f"The bytes have SHA-256 '{actual}', not '{digest}' as announced. Send them again.")
            self._publish(temporary, self.path(actual))
        finally:
            temporary.unlink(missing_ok=True)
        return actual, size

    def read(self, digest: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Return an iterator of chunks of at most 1 MiB; a whole read raises `DataLoss` at its end if altered.

        Raises `ResourceDoesNotExist` if the file is not held, `RangeNotSatisfiable` if `start` is beyond its end.
        """
        size = self.size(digest)
        if not 0 <= start <= size or (length is not None and length < 0):
            raise RangeNotSatisfiable(f"The range from '{start}' lies outside the file of {size} bytes.")
        whole = start == 0 and (length is None or length >= size)
        return self._read_chunks(digest, start, size - start if length is None else length, verify=whole)

    def _read_chunks(self, digest: str, start: int, length: int, *, verify: bool) -> Iterator[bytes]:
        checksum = hashlib.sha256()
        try:
            with self.path(digest).open("rb") as file:
                file.seek(start)
                while length > 0 and (chunk := file.read(min(_CHUNK_BYTES, length))):
                    length -= len(chunk)
                    if verify:
                        checksum.update(chunk)
                    yield chunk
        except OSError as error:
            raise self._explain(error) from error
        if verify and checksum.hexdigest() != digest:
            raise DataLoss(f"The file with SHA-256 '{digest}' was altered on disk. Restore it from a backup.")

    def _create_temporary(self) -> Path:
        try:
            if not self._incoming.is_dir():
                self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._incoming.mkdir(mode=0o700, exist_ok=True)
            self._remove_stale()
            handle, name = tempfile.mkstemp(dir=self._incoming)
        except OSError as error:
            raise self._explain(error) from error
        os.close(handle)
        return Path(name)

    def _remove_stale(self) -> None:
        """Remove what writers left behind that were killed."""
        oldest = time.time() - _STALE_S
        with os.scandir(self._incoming) as entries:
            for entry in entries:
                # Another writer may be done with it just now.
                with suppress(FileNotFoundError):
                    if entry.stat().st_mtime < oldest:
                        Path(entry.path).unlink()

    def _fill(self, temporary: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
        checksum = hashlib.sha256()
        size = 0
        with temporary.open("wb", buffering=0) as file:
            for chunk in chunks:
                checksum.update(chunk)
                size += len(chunk)
                try:
                    _write_all(file.fileno(), chunk)
                except OSError as error:
                    raise self._explain(error) from error
            if self._fsync:
                os.fsync(file.fileno())
        return checksum.hexdigest(), size

    def _publish(self, temporary: Path, target: Path) -> None:
        try:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            # Also over a file that is there already: it might be a damaged one.
            temporary.replace(target)
            if self._fsync:
                _sync_folder(target.parent)
        except OSError as error:
            raise self._explain(error) from error

    def _explain(self, error: OSError) -> HeadwaterError:
        if error.errno in _CANNOT_WRITE:
            return InsufficientStorage(
                f"The artifact folder '{self.root}' cannot be written: {error.strerror}. "
                "Make room or fix its permissions."
            )
        return TemporarilyUnavailable(
            f"The artifact folder '{self.root}' cannot answer now: {error.strerror}. Try again later."
        )


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
