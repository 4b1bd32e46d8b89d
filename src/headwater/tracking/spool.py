"""The spool: copies of artifact files that wait beside the journal until they are shipped.

Small on purpose: every run loads this module, and only runs with artifacts what moves them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

CHUNK_BYTES = 1024 * 1024


def copy_file(source: Path, target: Path) -> None:
    """Copy the bytes of a file."""
    with source.open("rb") as reader:
        copy_stream(reader, target)


def copy_stream(reader: BinaryIO, target: Path) -> None:
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
