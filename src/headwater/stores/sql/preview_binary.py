"""Rows of Parquet and NumPy files, of which only the parts in view are read."""

import importlib.util
import io
import json
import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, Any

import msgspec
import numpy as np

from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.protocol.previews import PreviewTable, PreviewTableResponse
from headwater.stores.sql.preview_columns import choose_columns
from headwater.stores.sql.preview_order import order_rows

BINARY_TABLES = frozenset({"parquet", "pq", "npy"})
_MAX_CELL = 2000
_MAX_ROW_BYTES = 1 << 24
_BUFFER_BYTES = 1 << 18
_MAX_TURNED_BYTES = 1 << 26
_BATCH_ROWS = 2000
_LEAST_ROWS = 100
_BATCH_CELLS = 100_000
_MAX_NAMED = 100_000  # columns of an array that are looked for by name


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
        fields = list(opened.schema_arrow)
        places = {field.name: place for place, field in enumerate(fields)}
        shown = choose_columns([field.name for field in fields], request)
        names, _ = shown.read(request.sort, places.get)
        page, more = _read_page(_parquet_rows(opened, names, _whole(request)), names, request)
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise InvalidParameterValue(f"Cannot read '{request.path}': {error}. Download it instead.") from error
    return PreviewTableResponse(
        shown.names,
        [row[: len(shown.names)] for row in page],
        more,
        [str(fields[place].type) for place in shown.places],
        None if request.contains else opened.metadata.num_rows,
        f"Parquet, {opened.metadata.num_row_groups} row groups",
        shown.total,
    )


def _read_page(rows: Iterator[list[str]], names: list[str], request: PreviewTable) -> tuple[list[list[str]], bool]:
    """Return the rows of a page, and whether more follow."""
    ordered = order_rows(rows, names, request)
    found = islice(ordered, request.offset, None) if request.sort else ordered
    page = list(islice(found, request.limit))
    return page, next(found, None) is not None


def _whole(request: PreviewTable) -> PreviewTable:
    """Return what to read: from the offset on, or everything if it is to be sorted."""
    return msgspec.structs.replace(request, offset=0) if request.sort else request


def _parquet_rows(opened: Any, names: list[str], request: PreviewTable) -> Iterator[list[str]]:
    """Yield rows from the offset on; groups of rows before it are not read."""
    needle = request.contains.lower()
    skip = request.offset
    groups = list(range(opened.metadata.num_row_groups))
    while groups and not needle and skip >= opened.metadata.row_group(groups[0]).num_rows:
        skip -= opened.metadata.row_group(groups.pop(0)).num_rows
    columns = None if len(names) == len(opened.schema_arrow) else names
    size = max(_LEAST_ROWS, min(_BATCH_ROWS, _BATCH_CELLS // max(1, len(names))))
    for batch in opened.iter_batches(size, row_groups=groups, columns=columns) if groups else ():
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


def read_header(file: IO[bytes], path: str) -> tuple[tuple[int, ...], bool, "np.dtype[Any]"]:
    """Return shape, whether columns come one after another, and type of an array whose values come next."""
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, is_fortran, kind = read(file)
    except ValueError as error:
        raise InvalidParameterValue(f"Cannot read '{path}': {error}. Download it instead.") from error
    if kind.hasobject:
        raise InvalidParameterValue(f"Cannot show '{path}': it holds Python objects. Download it instead.")
    return shape, is_fortran, kind


def turn(file: IO[bytes], shape: tuple[int, ...], kind: "np.dtype[Any]", path: str) -> IO[bytes]:
    """Return the values of an array that is kept column by column, row by row."""
    size = math.prod(shape) * kind.itemsize
    if size > _MAX_TURNED_BYTES:
        raise InvalidParameterValue(f"Cannot show '{path}': it holds columns one after another. Download it instead.")
    data = file.read(size)
    if len(data) < size:
        raise InvalidParameterValue(f"The array '{path}' ends before its last row. It was cut off.")
    return io.BytesIO(np.frombuffer(data, kind).reshape(shape, order="F").tobytes())


def _preview_array(file: IO[bytes], request: PreviewTable) -> PreviewTableResponse:
    shape, is_fortran, kind = read_header(file, request.path)
    size = " × ".join(map(str, shape)) or "scalar"
    about = f"NumPy array, {size}, {kind}"
    if is_fortran and len(shape) > 1:
        file = turn(file, shape, kind, request.path)
    rows, width = (shape[0] if shape else 1), math.prod(shape[1:])
    if width * kind.itemsize > _MAX_ROW_BYTES:
        raise InvalidParameterValue(f"Cannot show '{request.path}': a row has {width} values. Download it instead.")
    all_names = list(kind.names) if kind.names else ["value"] if len(shape) < 2 else _name_columns(shape[1:], width)
    shown = choose_columns(all_names, request)
    names, places = shown.read(request.sort, lambda name: all_names.index(name) if name in all_names else None)
    found = _array_rows(file, kind, (rows, width), places, _whole(request))
    page, more = _read_page(found, names, request)
    total = None if request.contains else rows
    cells = [row[: len(shown.names)] for row in page]
    return PreviewTableResponse(shown.names, cells, more, [str(kind)] * len(shown.names), total, about, shown.total)


def _array_rows(
    file: IO[bytes], kind: "np.dtype[Any]", size: tuple[int, int], places: list[int], request: PreviewTable
) -> Iterator[list[str]]:
    rows, width = size
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
            record = entries[0].tolist() if kind.names and width == 1 else None
            cells = entries[places].tolist() if record is None else [record[place] for place in places]
            row = [_to_text(cell) for cell in cells]
            if needle and not any(needle in cell.lower() for cell in row):
                continue
            if skip:
                skip -= 1
                continue
            yield row


def _name_columns(shape: tuple[int, ...], width: int) -> list[str]:
    """Return the places within one row: `0`, `1`, or `0,3` where rows have more than one dimension."""
    places = np.unravel_index(range(min(width, _MAX_NAMED)), shape)
    return [",".join(map(str, place)) for place in zip(*places, strict=True)]


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
