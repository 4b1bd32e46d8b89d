"""Archives of arrays that were damaged on their way: a clear error, whatever packed them."""

import io
import zipfile
from collections.abc import Iterator

import numpy as np
import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.stores.sql.preview_archive import open_member
from headwater.stores.sql.preview_file import StoredFile

PACKINGS = {
    "stored": zipfile.ZIP_STORED,
    "deflate": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


def pack(packing: int, name: str = "weights") -> bytes:
    array, output = io.BytesIO(), io.BytesIO()
    np.save(array, np.arange(300))
    with zipfile.ZipFile(output, "w", packing) as archive:
        archive.writestr(f"{name}.npy", array.getvalue())
    return output.getvalue()


def stored(data: bytes) -> StoredFile:
    def read(start: int, length: int | None) -> Iterator[bytes]:
        yield data[start:] if length is None else data[start : start + length]

    return StoredFile(len(data), read)


@pytest.mark.parametrize("packing", PACKINGS.values(), ids=PACKINGS)
def test_an_archive_with_a_wrong_byte_is_said_to_be_unreadable(packing: int) -> None:
    whole = pack(packing)
    assert open_member(stored(whole), "a.npz", "").names == ["weights"]

    for place in range(60, 200, 7):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        with pytest.raises(InvalidParameterValue, match=r"Cannot read 'a.npz': .+\. Download it instead\."):
            open_member(stored(damaged), "a.npz", "")


def test_an_array_whose_name_is_no_text_is_said_to_be_unreadable() -> None:
    whole = pack(zipfile.ZIP_STORED, "gewicht-é").replace("é".encode(), b"\xff\xff")

    with pytest.raises(InvalidParameterValue, match=r"Cannot read 'a.npz': .*decode.*Download it instead\."):
        open_member(stored(whole), "a.npz", "")


def test_a_disk_that_fails_is_not_called_a_damaged_archive() -> None:
    whole = pack(zipfile.ZIP_BZIP2)

    def read(start: int, length: int | None) -> Iterator[bytes]:
        if start == 0:
            raise OSError(5, "Input/output error")
        yield from stored(whole).read(start, length)

    with pytest.raises(OSError, match="Input/output error"):
        open_member(StoredFile(len(whole), read), "a.npz", "")
