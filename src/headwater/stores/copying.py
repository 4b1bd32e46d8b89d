"""Copying a large file as fast as the system can, while its SHA-256 is computed beside."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

from headwater.stores.transfer import OnBytes, unnoticed

_BLOCK_BYTES = 256 * 1024
_STEP_BYTES = 16 * 1024 * 1024


def copy_large(source: int, target: int, on_bytes: OnBytes = unnoticed) -> str:
    """Copy all from one descriptor to another that can be read too, and return the SHA-256 of the copy.

    What is hashed is the copy, close behind its end and so still in memory: another program may change the source.
    """
    checksum = hashlib.sha256()
    block = memoryview(bytearray(_BLOCK_BYTES))

    def follow(start: int, end: int) -> None:
        while start < end:
            count = os.preadv(target, [block[: min(_BLOCK_BYTES, end - start)]], start)
            checksum.update(block[:count])
            start += count

    with ThreadPoolExecutor(1) as pool:
        copied = 0
        follower = pool.submit(follow, 0, 0)
        while count := _copy_some(source, target, copied):
            follower.result()
            follower = pool.submit(follow, copied, copied + count)
            copied += count
            on_bytes(count)
        follower.result()
    return checksum.hexdigest()


def _copy_some(source: int, target: int, start: int) -> int:
    if hasattr(os, "copy_file_range"):
        try:
            return os.copy_file_range(source, target, _STEP_BYTES, start, start)
        except OSError:  # between some file systems the kernel cannot; a disk that is full says so again below
            pass
    data = os.pread(source, _BLOCK_BYTES, start)
    written = 0
    while written < len(data):
        written += os.pwrite(target, data[written:], start + written)
    return len(data)
