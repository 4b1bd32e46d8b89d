"""Rows of Parquet and NumPy files, of which only the parts in view are read."""

import importlib.util
import io
import json
import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec
import numpy as np

from headwater.protocol.artifacts import PreviewTable, PreviewTableResponse
from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.stores.sql.preview_order import order_rows

BINARY_TABLES = frozenset({"parquet", "pq", "npy"})
_MAX_CELL = 2000
_MAX_COLUMNS = 1000
_MAX_ROW_BYTES = 1 << 24
_BUFFER_BYTES = 1 << 18
_BATCH_ROWS = 2000


class ReadAt(io.RawIOBase):
    """A file that can be read anywhere, over what reads bytes from a position on."""

    def __init__(self, size: int, read: Callable[[int, int | None], Iterator[bytes]]) -> None:
        self._size = size
        self._read = read
        self._position = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be read anywhere."""
        return True

    def tell(self) -> int:
        """Return where the next read begins."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to where the next read begins."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there are bytes."""
        length = min(len(buffer), self._size - self._position)
        if length <= 0:
            return 0
        data = b"".join(self._read(self._position, length))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def preview_binary(file: ReadAt, extension: str, request: PreviewTable) -> PreviewTableResponse:
    """Return rows of a file; raise `InvalidParameterValue` if it is not what its name says."""
    buffered = io.BufferedReader(file, _BUFFER_BYTES)
    return _preview_array(buffered, request) if extension == "npy" else _preview_parquet(buffered, request)


def _preview_parquet(file: "io.BufferedReader[ReadAt]", request: PreviewTable) -> PreviewTableResponse:
    if importlib.util.find_spec("pyarrow") is None:
        raise NotSupported("Parquet needs pyarrow on the server. Install it with `pip install 'headwater[parquet]'`.")
    import pyarrow  # by those who look at Parquet files only
    import pyarrow.parquet

    try:
        opened = pyarrow.parquet.ParquetFile(file)
        fields = list(opened.schema_arrow)[:_MAX_COLUMNS]
        names = [field.name for field in fields]
        whole = _whole(request)
        rows = _from_offset(order_rows(_parquet_rows(opened, names, whole), names, request), request)
        page = list(islice(rows, request.limit))
        more = next(rows, None) is not None
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise InvalidParameterValue(f"Cannot read '{request.path}': {error}. Download it instead.") from error
    total = opened.metadata.num_rows
    about = f"Parquet, {opened.metadata.num_row_groups} row groups"
    types = [str(field.type) for field in fields]
    return PreviewTableResponse(names, page, more, types, None if request.contains else total, about)


def _whole(request: PreviewTable) -> PreviewTable:
    """Return what to read: from the offset on, or everything if it is to be sorted."""
    return msgspec.structs.replace(request, offset=0) if request.sort else request


def _from_offset(rows: Iterator[list[str]], request: PreviewTable) -> Iterator[list[str]]:
    return islice(rows, request.offset, None) if request.sort else rows


def _parquet_rows(opened: Any, names: list[str], request: PreviewTable) -> Iterator[list[str]]:
    """Yield rows from the offset on; groups of rows before it are not read."""
    needle = request.contains.lower()
    skip = request.offset
    groups = list(range(opened.metadata.num_row_groups))
    while groups and not needle and skip >= opened.metadata.row_group(groups[0]).num_rows:
        skip -= opened.metadata.row_group(groups.pop(0)).num_rows
    columns = None if len(names) == len(opened.schema_arrow) else names
    for batch in opened.iter_batches(_BATCH_ROWS, row_groups=groups, columns=columns) if groups else ():
        if not needle and skip >= batch.num_rows:
            skip -= batch.num_rows
            continue
        for record in batch.to_pylist():
            row = [_to_text(record[name]) for name in names]
            if needle and not any(needle in cell.lower() for cell in row):
                continue
            if skip:
                skip -= 1
                continue
            yield row


def _preview_array(file: "io.BufferedReader[ReadAt]", request: PreviewTable) -> PreviewTableResponse:
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, is_fortran, kind = read(file)
    except ValueError as error:
        raise InvalidParameterValue(f"Cannot read '{request.path}': {error}. Download it instead.") from error
    size = " × ".join(map(str, shape)) or "scalar"
    about = f"NumPy array, {size}, {kind}"
    if kind.hasobject or (is_fortran and len(shape) > 1):
        what = "Python objects" if kind.hasobject else "columns one after another"
        raise InvalidParameterValue(f"Cannot show '{request.path}': it holds {what}. Download it instead.")
    rows, width = (shape[0] if shape else 1), math.prod(shape[1:])
    names = list(kind.names) if kind.names else ["value"] if len(shape) < 2 else _name_columns(shape[1:])
    if width * kind.itemsize > _MAX_ROW_BYTES:
        raise InvalidParameterValue(f"Cannot show '{request.path}': a row has {width} values. Download it instead.")
    found = _from_offset(order_rows(_array_rows(file, kind, rows, width, _whole(request)), names, request), request)
    page = list(islice(found, request.limit))
    more = next(found, None) is not None
    total = None if request.contains else rows
    return PreviewTableResponse(names, page, more, [str(kind)] * len(names), total, about)


def _array_rows(
    file: "io.BufferedReader[ReadAt]", kind: "np.dtype[Any]", rows: int, width: int, request: PreviewTable
) -> Iterator[list[str]]:
    needle = request.contains.lower()
    begin, skip = file.tell(), request.offset
    first = 0 if needle else min(skip, rows)
    skip -= first
    row_bytes = max(1, width * kind.itemsize)
    step = max(1, min(_BATCH_ROWS, _MAX_ROW_BYTES // row_bytes))
    file.seek(begin + first * width * kind.itemsize)
    for start in range(first, rows, step):
        count = min(step, rows - start)
        data = file.read(count * width * kind.itemsize)
        if len(data) < count * width * kind.itemsize:
            raise InvalidParameterValue(f"The array '{request.path}' ends before its last row. It was cut off.")
        values = np.frombuffer(data, kind, count * width).reshape(count, width)
        for entries in values:
            cells = entries[0].tolist() if kind.names and width == 1 else entries[:_MAX_COLUMNS].tolist()
            row = [_to_text(cell) for cell in cells]
            if needle and not any(needle in cell.lower() for cell in row):
                continue
            if skip:
                skip -= 1
                continue
            yield row


def _name_columns(shape: tuple[int, ...]) -> list[str]:
    """Return the places within one row: `0`, `1`, or `0,3` where rows have more than one dimension."""
    count = min(_MAX_COLUMNS, math.prod(shape))
    return [",".join(map(str, place)) for place in zip(*np.unravel_index(range(count), shape), strict=True)]


def _to_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:_MAX_CELL]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)[:_MAX_CELL]
    return str(value)[:_MAX_CELL]
