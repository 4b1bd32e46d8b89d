"""The spool: copies of artifact files that wait beside the journal until they are shipped.

Small on purpose: every run loads this module, and only runs with artifacts what moves them.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from io import FileIO

CHUNK_BYTES = 1024 * 1024
LARGE_BYTES = 8 * CHUNK_BYTES


def copy_file(source: Path, target: Path) -> Path:
    """Copy the bytes of a file and return where they are: a large file's name ends in `.` and its SHA-256.

    That is computed while the kernel copies, so that nobody reads the copy once more to learn it.
    """
    with source.open("rb", buffering=0) as reader:
        if os.fstat(reader.fileno()).st_size >= LARGE_BYTES:
            try:
                return _copy_large(reader.fileno(), target)
            except RuntimeError:  # the interpreter is ending and starts no threads any more
                target.unlink()
        copy_stream(reader, target)
    return target


def _copy_large(reader: int, target: Path) -> Path:
    from headwater.stores.copying import copy_large  # threads and hashing, which most runs do not need

    with target.open("x+b", buffering=0) as writer:
        digest = copy_large(reader, writer.fileno())
    return target.rename(target.with_name(f"{target.name}.{digest}"))


def copy_stream(reader: "FileIO | BinaryIO", target: Path) -> None:
    """Write the rest of a binary stream to a new file."""
    with target.open("xb") as writer:
        while chunk := reader.read(CHUNK_BYTES):
            writer.write(chunk)


def write_pieces(target: Path, pieces: Iterable[bytes]) -> None:
    """Write a file piece by piece."""
    with target.open("xb") as writer:
        for piece in pieces:
            writer.write(piece)


def remove_spool(folder: Path) -> None:
    """Remove a flat folder of copies; what is gone already does not matter."""
    if folder.is_dir():
        for file in folder.iterdir():
            file.unlink(missing_ok=True)
        folder.rmdir()
