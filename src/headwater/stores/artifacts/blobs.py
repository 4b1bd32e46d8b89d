"""Files kept once under the SHA-256 of their content, in a folder."""

import errno
import fcntl
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO

from headwater.loading import loading
from headwater.protocol.artifacts import ArtifactFile, check_digest
from headwater.protocol.errors import (
    DataLoss,
    HeadwaterError,
    InsufficientStorage,
    RangeNotSatisfiable,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
)
from headwater.stores.found import HeldBlob
from headwater.stores.transfer import Checksum, OnBytes, counted, read_chunks, unnoticed, write_all

_CHUNK_BYTES = 1 << 20
_REST_OF_DIGEST = re.compile(r"[0-9a-f]{62}", re.ASCII)
_ASIDE = "collected-"
_STALE_S = 24 * 3600
_WORTH_KEEPING_BYTES = 1 << 20  # smaller files are sent again rather than continued
_CANNOT_WRITE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM}


class LocalBlobs:
    """A folder of files, each at `ab/cdef…` for the digest `abcdef…`. Thread- and process-safe.

    Args:
        root: the folder; it is created with the first file, for its owner only.
        fsync: make every file durable before it is named, so that a power cut cannot lose it.
    """

    direct = None

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

    def sizes(self, digests: Iterable[str]) -> dict[str, int]:
        """Return the sizes in bytes of those files that are held."""
        found = {}
        for digest in digests:
            with suppress(ResourceDoesNotExist):
                found[digest] = self.size(digest)
        return found

    def received(self, digest: str) -> int:
        """Return how many bytes are here of a file whose write broke off; 0 while it is being written."""
        check_digest(digest)
        try:
            with (self._incoming / digest).open("rb") as file:
                return os.fstat(file.fileno()).st_size if _lock(file.fileno(), self._incoming / digest) else 0
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._explain(error) from error

    def renew(self, digests: Iterable[str]) -> dict[str, int]:
        """Return the sizes as `sizes` does, and count the files as written now, so that they are not collected."""
        found = self.sizes(digests)
        for digest in list(found):
            try:
                os.utime(self.path(digest))
            except (FileNotFoundError, NotADirectoryError):
                del found[digest]  # collected just now
            except OSError as error:
                if error.errno not in _CANNOT_WRITE:
                    raise self._explain(error) from error
        return found

    def scan(self, folder: str) -> Iterator[HeldBlob]:
        """Yield the files whose digest begins with the two digits `folder`; other files there are passed over."""
        self._put_back(folder)
        try:
            entries = list(os.scandir(self.root / folder))
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise self._explain(error) from error
        for entry in entries:
            with suppress(FileNotFoundError):  # another collector was quicker
                if _REST_OF_DIGEST.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    facts = entry.stat()
                    yield HeldBlob(folder + entry.name, facts.st_size, facts.st_mtime_ns // 1_000_000)

    def discard(self, digest: str, before_ms: int, *, dry_run: bool = False) -> bool:
        """Delete a file unless it was written or renewed after `before_ms`; return whether it was deleted."""
        path = self.path(digest)
        # Aside first: who renews it from now on does not find it, who renewed it before is seen.
        aside = self._incoming / f"{_ASIDE}{digest}-{os.getpid()}-{threading.get_ident()}"
        try:
            if path.stat().st_mtime_ns // 1_000_000 > before_ms:
                return False
            if dry_run:
                return True
            self._incoming.mkdir(mode=0o700, exist_ok=True)
            path.rename(aside)
            if aside.stat().st_mtime_ns // 1_000_000 > before_ms:
                aside.rename(path)
                return False
            aside.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._explain(error) from error
        return True

    def forget_unfinished(self, before_ms: int) -> None:
        """Delete what writers left behind that were killed, a day ago at least."""
        if self._incoming.is_dir():
            self._remove_stale(min(before_ms / 1000, time.time() - _STALE_S))

    def _put_back(self, folder: str) -> None:
        """Return to their place the files that a collector had put aside when it was killed."""
        for aside in self._incoming.glob(f"{_ASIDE}{folder}*"):
            path = self.path(aside.name.removeprefix(_ASIDE).partition("-")[0])
            with suppress(FileNotFoundError):  # its collector is alive, and done with it
                if path.exists():
                    aside.unlink()
                else:
                    aside.rename(path)

    def write(self, chunks: Iterable[bytes], digest: str = "", start: int = 0) -> tuple[str, int]:
        """Keep the bytes of `chunks` and return their SHA-256 and size in bytes.

        A write of a known `digest` that breaks off leaves what arrived for a day, and a later one goes on at `start`.
        Raises `DataLoss` if `digest` is given and is not what arrived, `InsufficientStorage` if the disk is full.
        Nothing is visible before everything has been written.
        """
        if digest:
            check_digest(digest)
        path, file = self._open_incoming(digest, start)
        with file:  # its lock keeps others away from the path until it is closed
            kept = False
            try:
                actual, size = self._fill(file, chunks, start)
                if digest and actual != digest:
                    raise DataLoss(f"The bytes have SHA-256 '{actual}', not '{digest}' as announced. Send them again.")
                self._publish(path, self.path(actual))
                kept = True  # under its digest: what is at `path` from now on is another writer's
            except (DataLoss, InsufficientStorage):
                raise
            except BaseException:
                kept = path.name == digest and os.fstat(file.fileno()).st_size >= _WORTH_KEEPING_BYTES
                raise
            finally:
                if not kept:
                    path.unlink(missing_ok=True)
        return actual, size

    def write_file(self, source: Path, digest: str, *, on_bytes: OnBytes = unnoticed) -> None:
        """Keep a file of this machine."""
        self.write(counted(read_chunks(source), on_bytes), digest)

    def adopt(self, source: Path, digest: str) -> bool:
        """Keep a file of this machine that nobody will change any more by giving it another name, if that can be done.

        `digest` is its SHA-256, which the caller has read from it.
        """
        return source.stat().st_size >= _WORTH_KEEPING_BYTES and self._link(source, digest)

    def read_file(self, file: ArtifactFile, target: Path, *, on_bytes: OnBytes = unnoticed) -> None:
        """Write a file to `target`, verified by another thread while the system copies it."""
        target.unlink(missing_ok=True)  # copying anew is faster than reading what is there
        self.size(file.digest)
        try:
            with loading():
                from headwater.stores.copying import copy_large  # threads, which most programs do not need

            with self.path(file.digest).open("rb", buffering=0) as reader, target.open("x+b", buffering=0) as writer:
                actual = copy_large(reader.fileno(), writer.fileno(), on_bytes)
        except InterruptedError:
            raise
        except OSError as error:
            raise self._explain(error) from error
        if actual != file.digest:
            target.unlink()
            raise DataLoss(f"The file with SHA-256 '{file.digest}' was altered on disk. Restore it from a backup.")

    def read(self, digest: str, start: int = 0, length: int | None = None, *, verify: bool = True) -> Iterator[bytes]:
        """Return an iterator of chunks of at most 1 MiB; a whole read raises `DataLoss` at its end if altered.

        Raises `ResourceDoesNotExist` if the file is not held, `RangeNotSatisfiable` if `start` is beyond its end.
        """
        size = self.size(digest)
        if not 0 <= start <= size or (length is not None and length < 0):
            raise RangeNotSatisfiable(f"The range from '{start}' lies outside the file of {size} bytes.")
        is_whole = start == 0 and (length is None or length >= size)
        wanted = size - start if length is None else length
        return self._read_chunks(digest, start, wanted, verify=verify and is_whole)

    def _read_chunks(self, digest: str, start: int, length: int, *, verify: bool) -> Iterator[bytes]:
        with closing(Checksum()) as checksum:
            try:
                with self.path(digest).open("rb", buffering=0) as file:
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

    def _open_incoming(self, digest: str, start: int) -> tuple[Path, BinaryIO]:
        """Return an open file to write to: the one of `digest` if nobody writes it, else one of its own."""
        try:
            if not self._incoming.is_dir():
                self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._incoming.mkdir(mode=0o700, exist_ok=True)
            self._remove_stale(time.time() - _STALE_S)
            if digest:
                path = self._incoming / digest
                file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b", buffering=0)
                if _lock(file.fileno(), path) and os.fstat(file.fileno()).st_size >= start:
                    os.truncate(file.fileno(), start)
                    return path, file
                file.close()
            if start:
                raise TemporarilyUnavailable(f"The first {start} bytes of '{digest}' are not free to go on from.")
            handle, name = tempfile.mkstemp(dir=self._incoming)
        except OSError as error:
            raise self._explain(error) from error
        return Path(name), os.fdopen(handle, "r+b", buffering=0)

    def _link(self, source: Path, digest: str) -> bool:
        target = self.path(digest)
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source.chmod(0o600)
            os.link(source, target)
        except FileExistsError:
            return target.stat().st_size == source.stat().st_size
        except OSError:  # another disk, or one that knows no links
            return False
        return True

    def _remove_stale(self, oldest: float) -> None:
        """Remove what writers left behind that were killed."""
        with os.scandir(self._incoming) as entries:
            for entry in entries:
                # Another writer may be done with it just now.
                with suppress(FileNotFoundError):
                    if entry.stat().st_mtime < oldest:
                        Path(entry.path).unlink()

    def _fill(self, file: BinaryIO, chunks: Iterable[bytes], start: int) -> tuple[str, int]:
        with closing(Checksum()) as checksum:
            while checksum.size < start and (chunk := file.read(min(_CHUNK_BYTES, start - checksum.size))):
                checksum.update(chunk)
            for chunk in chunks:
                checksum.update(chunk)
                try:
                    write_all(file.fileno(), chunk)
                except OSError as error:
                    raise self._explain(error) from error
            if self._fsync:
                os.fsync(file.fileno())
            return checksum.hexdigest(), checksum.size

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


def _lock(descriptor: int, path: Path) -> bool:
    """Lock an open file unless another holds it; return whether it is ours and still the one of that name."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
