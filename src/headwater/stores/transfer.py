"""What every kind of store needs to move a file between its blobs and this machine's disk."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from headwater.loading import loading
from headwater.protocol.errors import DataLoss, RangeNotSatisfiable

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")
ResultT = TypeVar("ResultT")

CHUNK_BYTES = 1 << 20
THREADS = 8
_BESIDE_BYTES = 4 << 20  # fewer are hashed sooner than a thread starts
_BLOCK_BYTES = 1 << 20

OnBytes = Callable[[int], object]
"""Is told of progress: how many more bytes have been transferred."""


def unnoticed(_count: int) -> None:
    """Take no notice of progress."""


class Checksum:
    """The SHA-256 of what passes: of a large file it is computed by a thread of its own, at most two blocks behind.

    Whoever makes one asks for the digest or closes it in the end. For one thread.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._block: list[bytes] = []
        self._block_bytes = 0
        self._pool: ThreadPoolExecutor | None = None
        self._running: Future[None] | None = None
        self.size = 0

    def update(self, chunk: bytes) -> None:
        """Add what comes next."""
        self.size += len(chunk)
        self._block.append(chunk)
        self._block_bytes += len(chunk)
        if self._block_bytes >= _BLOCK_BYTES:
            self._hand_over()

    def hexdigest(self) -> str:
        """Return the digest of all that passed."""
        self._settle()
        self._update(self._take())
        return self._hash.hexdigest()

    def close(self) -> None:
        """End the thread; done already once the digest was asked for."""
        self._settle()

    def _hand_over(self) -> None:
        block = self._take()
        if self._running is not None:
            self._running.result()
        if self._pool is None and self.size >= _BESIDE_BYTES:
            with loading():
                from concurrent.futures import ThreadPoolExecutor  # cannot be imported any more while the program ends

            self._pool = ThreadPoolExecutor(1, thread_name_prefix="headwater-checksum")
        try:
            self._running = None if self._pool is None else self._pool.submit(self._update, block)
        except RuntimeError:  # the interpreter is ending and starts no threads any more
            self._running = None
        if self._running is None:
            self._update(block)

    def _take(self) -> list[bytes]:
        block, self._block, self._block_bytes = self._block, [], 0
        return block

    def _update(self, block: list[bytes]) -> None:
        for chunk in block:
            self._hash.update(chunk)

    def _settle(self) -> None:
        if self._running is not None:
            self._running.result()
        if self._pool is not None:
            self._pool.shutdown()
        self._running = self._pool = None


def read_chunks(source: Path, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """Yield a file, or a part of it, in chunks of a mebibyte."""
    left = source.stat().st_size - start if length is None else length
    with source.open("rb", buffering=0) as file:
        file.seek(start)
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk


def write_all(descriptor: int, data: bytes) -> None:
    """Write all bytes, which the system may take in several pieces."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def counted(chunks: Iterable[bytes], on_bytes: OnBytes) -> Iterator[bytes]:
    """Pass chunks on and tell how long they were once they have been taken."""
    for chunk in chunks:
        yield chunk
        on_bytes(len(chunk))


def resume_file(
    read_from: Callable[[int], Iterator[bytes]], digest: str, target: Path, on_bytes: OnBytes = unnoticed
) -> None:
    """Write a blob to `target`, going on at its end if it is there; see `Blobs.read_file`."""
    start = target.stat().st_size if target.exists() else 0
    with closing(Checksum()) as checksum:
        for chunk in read_chunks(target) if start else ():
            checksum.update(chunk)
        on_bytes(start)
        try:
            with target.open("ab", buffering=0) as file:
                for chunk in read_from(start):
                    if start:  # a whole read is verified by who reads
                        checksum.update(chunk)
                    write_all(file.fileno(), chunk)
                    on_bytes(len(chunk))
        except (DataLoss, RangeNotSatisfiable) as error:
            target.unlink(missing_ok=True)
            raise _altered(digest) from error
    if start and checksum.hexdigest() != digest:
        target.unlink(missing_ok=True)
        raise _altered(digest)


def for_each(items: Sequence[T], work: Callable[[T], ResultT], *, threads: int = THREADS) -> list[ResultT]:
    """Do the work for all items, several at a time, and return the results; raise what the first failing one raised.

    An interrupt of the caller leaves what has not begun undone.
    """
    futures: list[Future[ResultT]] = []
    if len(items) > 1:
        with loading():
            from concurrent.futures import ThreadPoolExecutor  # cannot be imported any more while the program ends

        pool = ThreadPoolExecutor(min(threads, len(items)))
        try:
            for item in items:
                futures.append(pool.submit(work, item))  # noqa: PERF401 - those before an error count
        except RuntimeError:  # the interpreter is ending and starts no threads any more
            pass
        try:
            pool.shutdown()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures] + [work(item) for item in items[len(futures) :]]


def _altered(digest: str) -> DataLoss:
    return DataLoss(f"The file '{digest}' arrived altered. Download it again; if it persists, check the store.")
