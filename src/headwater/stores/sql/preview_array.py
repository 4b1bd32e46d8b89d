"""A NumPy array as a picture: means of its blocks, read in parts whatever its size."""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.previews import PreviewArray, PreviewArrayResponse
from headwater.stores.sql.preview_archive import Member, is_archive, open_member
from headwater.stores.sql.preview_binary import ReadAt, read_header, turn
from headwater.stores.sql.preview_file import StoredFile

_SIDE = 96
_LENGTH = 512
_MAX_BYTES = 1 << 26  # of one picture; beyond it, each block is told by its first rows
_MAX_ROW_BYTES = 1 << 24
_DIGITS = 5


@dataclass
class _Totals:
    """What is known of all values that were read."""

    low: float = math.inf
    high: float = -math.inf
    total: float = 0.0
    count: int = 0
    others: int = 0

    def add(self, values: NDArray[np.float64], is_finite: NDArray[np.bool_]) -> None:
        finite = values[is_finite]
        self.others += values.size - finite.size
        if finite.size:
            self.low, self.high = min(self.low, float(finite.min())), max(self.high, float(finite.max()))
            self.total, self.count = self.total + float(finite.sum()), self.count + finite.size


def preview_array(file: StoredFile, request: PreviewArray) -> PreviewArrayResponse:
    """Return the picture that `request` asks for; raise `InvalidParameterValue` if the file has no array of numbers."""
    is_packed = is_archive(request.path)
    member = open_member(file, request.path, request.member) if is_packed else Member(file, [])
    opened: IO[bytes] = io.BufferedReader(ReadAt(member.file.size, member.file.read), 1 << 18)
    shape, is_fortran, kind = read_header(opened, request.path)
    if kind.kind not in "biufc":
        raise InvalidParameterValue(f"Cannot draw '{request.path}': it holds '{kind}', no numbers. Look at its rows.")
    if is_fortran and len(shape) > 1:
        opened = turn(opened, shape, kind, request.path)
    index = _read_index(request, shape)
    columns = shape[-1] if shape else 1
    rows = shape[-2] if len(shape) > 1 else 1
    if rows > 1 and columns * kind.itemsize > _MAX_ROW_BYTES:
        raise InvalidParameterValue(f"Cannot draw '{request.path}': a row has {columns} values. Download it instead.")
    place = int(np.ravel_multi_index(index, shape[:-2])) if index else 0
    begin = opened.tell() + place * rows * columns * kind.itemsize
    totals = _Totals()
    blocks = _read_blocks(opened, begin, kind, (rows, columns))
    means, sampled = [], False
    for values, is_cut in blocks:
        sampled = sampled or is_cut
        is_finite = np.isfinite(values)
        totals.add(values, is_finite)
        means.append(_mean_columns(values, is_finite, 1 if rows == 1 else min(columns, _SIDE)))
    if rows == 1:
        means = [[mean for row in means for mean in row]]
    mean = _round(totals.total / totals.count) if totals.count else None
    low, high = (totals.low, totals.high) if totals.count else (None, None)
    return PreviewArrayResponse(
        list(shape), str(kind), list(index), means, low, high, mean, totals.others, sampled, member.names
    )


def _read_index(request: PreviewArray, shape: tuple[int, ...]) -> tuple[int, ...]:
    leading = shape[:-2]
    given = tuple(map(int, request.index.split(","))) if request.index else (0,) * len(leading)
    if math.prod(shape) == 0:
        raise InvalidParameterValue(f"Cannot draw '{request.path}': the array is empty.")
    if len(given) != len(leading) or any(one >= size for one, size in zip(given, leading, strict=True)):
        wanted = ",".join(str(size - 1) for size in leading)
        raise InvalidParameterValue(
            f"Invalid index '{request.index}' of '{request.path}'. Give up to '{wanted}', one for each dimension but "
            "two."
        )
    return given


def _read_blocks(
    file: IO[bytes], begin: int, kind: "np.dtype[Any]", size: tuple[int, int]
) -> Iterator[tuple[NDArray[np.float64], bool]]:
    """Yield the values of each block of rows, of one row of each block of it, and whether only a part was read."""
    rows, columns = size
    total, width = (columns, 1) if rows == 1 else (rows, columns)
    edges = np.linspace(0, total, min(total, _LENGTH if rows == 1 else _SIDE) + 1).astype(np.int64)
    most = max(1, _MAX_BYTES // (len(edges) - 1) // (width * kind.itemsize))
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        count = min(end - start, most)
        file.seek(begin + start * width * kind.itemsize)
        data = file.read(count * width * kind.itemsize)
        values = np.frombuffer(data[: len(data) - len(data) % kind.itemsize], kind)
        if values.size < count * width:
            raise InvalidParameterValue("The array ends before its last row. It was cut off.")
        numbers = np.abs(values) if kind.kind == "c" else values
        yield numbers.astype(np.float64).reshape(count, width), count < end - start


def _mean_columns(values: NDArray[np.float64], is_finite: NDArray[np.bool_], count: int) -> list[float | None]:
    starts = np.linspace(0, values.shape[1], count + 1).astype(np.int64)[:-1]
    sums = np.add.reduceat(np.where(is_finite, values, 0.0).sum(axis=0), starts)
    counts = np.add.reduceat(is_finite.sum(axis=0), starts)
    return [
        _round(total / found) if found else None for total, found in zip(sums.tolist(), counts.tolist(), strict=True)
    ]


def _round(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
