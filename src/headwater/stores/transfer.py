"""What every kind of store needs to move a file between its blobs and this machine's disk."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from headwater.protocol.errors import DataLoss, RangeNotSatisfiable
from headwater.stores.interface import OnBytes, unnoticed

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
ResultT = TypeVar("ResultT")

CHUNK_BYTES = 1 << 20
THREADS = 8


def read_chunks(source: Path, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """Yield a file, or a part of it, in chunks of a mebibyte."""
    left = source.stat().st_size - start if length is None else length
    with source.open("rb", buffering=0) as file:
        file.seek(start)
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk


def counted(chunks: Iterable[bytes], on_bytes: OnBytes) -> Iterator[bytes]:
    """Pass chunks on and tell how long they were once they have been taken."""
    for chunk in chunks:
        yield chunk
        on_bytes(len(chunk))


def resume_file(
    read_from: Callable[[int], Iterator[bytes]], digest: str, target: Path, on_bytes: OnBytes = unnoticed
) -> None:
    """Write a blob to `target`, going on at its end if it is there; see `Blobs.read_file`."""
    checksum = hashlib.sha256()
    start = target.stat().st_size if target.exists() else 0
    for chunk in read_chunks(target) if start else ():
        checksum.update(chunk)
    on_bytes(start)
    try:
        with target.open("ab", buffering=0) as file:
            for chunk in read_from(start):
                file.write(chunk)
                if start:  # a whole read is verified by who reads
                    checksum.update(chunk)
                on_bytes(len(chunk))
    except (DataLoss, RangeNotSatisfiable) as error:
        target.unlink(missing_ok=True)
        raise _altered(digest) from error
    if start and checksum.hexdigest() != digest:
        target.unlink(missing_ok=True)
        raise _altered(digest)


def for_each(items: Sequence[T], work: Callable[[T], ResultT], *, threads: int = THREADS) -> list[ResultT]:
    """Do the work for all items, several at a time, and return the results; raise what the first failing one raised."""
    futures: list[Future[ResultT]] = []
    if len(items) > 1:
        try:
            from concurrent.futures import ThreadPoolExecutor  # cannot be imported any more while the program ends

            with ThreadPoolExecutor(min(threads, len(items))) as pool:
                futures += [pool.submit(work, item) for item in items]
        except RuntimeError:  # the interpreter is ending and starts no threads any more
            futures = []
    return [future.result() for future in futures] + [work(item) for item in items[len(futures) :]]


def _altered(digest: str) -> DataLoss:
    return DataLoss(f"The file '{digest}' arrived altered. Download it again; if it persists, check the store.")
