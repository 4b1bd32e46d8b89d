"""The arrays of an `.npz` archive, each as a file of its own."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from typing import NamedTuple

from headwater.protocol.errors import InvalidParameterValue
from headwater.stores.sql.preview_binary import ReadAt
from headwater.stores.sql.preview_file import StoredFile

_SUFFIX = ".npy"
_MAX_BYTES = 1 << 26
_DAMAGES = (zipfile.BadZipFile, zlib.error, LZMAError, RuntimeError, EOFError, UnicodeDecodeError)
_MAX_NAMES = 1000


class Member(NamedTuple):
    """One array of an archive, and the names of all."""

    file: StoredFile
    names: list[str]


def is_archive(path: str) -> bool:
    """Return whether a file of this name holds several arrays."""
    return path.lower().endswith(".npz")


def open_member(file: StoredFile, path: str, name: str) -> Member:
    """Return an array of an archive, by default the first; raise `InvalidParameterValue` if there is none."""
    try:
        with zipfile.ZipFile(io.BufferedReader(ReadAt(file.size, file.read), 1 << 16)) as archive:
            arrays = {each.filename.removesuffix(_SUFFIX): each for each in archive.infolist() if not each.is_dir()}
            if not arrays:
                raise InvalidParameterValue(f"Cannot show '{path}': the archive is empty.")
            found = arrays.get(name) if name else next(iter(arrays.values()))
            if found is None:
                raise InvalidParameterValue(f"'{path}' has no array '{name[:100]}'. Ask for '{next(iter(arrays))}'.")
            if found.file_size > _MAX_BYTES:
                raise InvalidParameterValue(
                    f"Cannot show '{path}': its array '{found.filename[:100]}' takes {found.file_size} bytes. Download "
                    "it instead."
                )
            with archive.open(found) as opened:
                data = opened.read(_MAX_BYTES)
    except (*_DAMAGES, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # by the disk, and not by what bzip2 says of its data
        raise InvalidParameterValue(f"Cannot read '{path}': {error}. Download it instead.") from error

    def read(start: int, length: int | None) -> Iterator[bytes]:
        yield data[start:] if length is None else data[start : start + length]

    return Member(StoredFile(len(data), read), list(arrays)[:_MAX_NAMES])
