"""The codec of metric points: blocks (sealed, one series), minis (their envelopes) and hot rows (one request).

Every encoded column is bit-exact for any int64 and any float64, NaN payloads included. An encoded block or hot row is
`codec id: u8 | crc32: u32 | body`; everything is little-endian.

A block's points are ordered by (step, time, rank of value). Steps become differences of differences, times
differences, both zigzagged; then the eight byte planes of each column are laid side by side, those that are all zero
are left out, and zstd packs the rest. Which planes there are, and where steps and times begin, stands before them.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zstandard

from headwater.protocol.errors import DataLoss

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Float64s = npt.NDArray[np.float64]

BLOCK_POINTS = 8192
MINI_BUCKETS = 64
MINI_MIN_POINTS = 1024
"""A block with fewer points has an empty mini: decoding it costs no more than reading one."""

_RAW, _PLANES, _ZSTD = 0, 1, 2
_HEADER = struct.Struct("<BI")
_START = struct.Struct("<3sqqq")
_POINT = struct.Struct("<iqqd")
_PLANES_MIN_POINTS = 64
_ZSTD_MIN_POINTS = 256
_BLOCK_LEVEL = 3
_HOT_LEVEL = -1
_NO_NAN_SHIFT = np.int64(2**52 - 1)
_MAX_INT64 = np.int64(2**63 - 1)
_ONE = np.uint64(1)

_HOT_POINT = np.dtype([("key", "<i4"), ("step", "<i8"), ("time", "<i8"), ("value", "<f8")])
MINI = np.dtype([("step", "<i8"), ("time", "<i8"), ("min", "<f8"), ("max", "<f8"), ("last", "<f8"), ("count", "<u4")])
"""One bucket of a mini: step, time and value of its last point, its extremes, and how many points it stands for."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points of one series as columns of equal length."""

    steps: Int64s
    times: Int64s
    values: Float64s

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, which: slice | npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "Points":
        return Points(self.steps[which], self.times[which], self.values[which])


@dataclass(frozen=True, slots=True, eq=False)
class KeyedPoints:
    """Points of many keys as columns of equal length."""

    key_ids: Int64s
    points: Points

    def __len__(self) -> int:
        return len(self.key_ids)


NO_POINTS = Points(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))


def rank_values(values: Float64s) -> Int64s:
    """Return an int64 for each value that orders as values do: NaNs, -Inf … -0.0, 0.0 … Inf.

    Equal ranks mean equal bits, so NaNs of different payloads have different ranks.
    """
    bits = np.ascontiguousarray(values, np.float64).view(np.int64)
    ranks: Int64s = (bits ^ ((bits >> 63) & _MAX_INT64)) + _NO_NAN_SHIFT
    return ranks


def concatenate(parts: Sequence[Points]) -> Points:
    """Return the points of all `parts`, one after the other."""
    if not parts:
        return NO_POINTS
    if len(parts) == 1:
        return parts[0]
    return Points(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def is_ordered(points: Points) -> bool:
    """Return whether the points are strictly ascending by (step, time, rank): in order and without duplicates."""
    steps, times = points.steps, points.times
    if bool((steps[1:] > steps[:-1]).all()):
        return True
    ranks = rank_values(points.values)
    later = (times[1:] > times[:-1]) | ((times[1:] == times[:-1]) & (ranks[1:] > ranks[:-1]))
    return bool(((steps[1:] > steps[:-1]) | ((steps[1:] == steps[:-1]) & later)).all())


def sort_points(points: Points) -> Points:
    """Return the points ordered by (step, time, rank), each distinct one once."""
    if is_ordered(points):
        return points
    ranks = rank_values(points.values)
    order = np.lexsort((ranks, points.times, points.steps))
    points, ranks = points[order], ranks[order]
    fresh = np.ones(len(points), np.bool_)
    fresh[1:] = (
        (points.steps[1:] != points.steps[:-1]) | (points.times[1:] != points.times[:-1]) | (ranks[1:] != ranks[:-1])
    )
    return points[fresh]


def digest_points(points: Points) -> str:
    """Return the BLAKE2b-128 of the columns of ordered points: equal for equal points only."""
    checksum = hashlib.blake2b(digest_size=16)
    for column in (points.steps, points.times, points.values):
        checksum.update(np.ascontiguousarray(column).data)
    return checksum.hexdigest()


def encode_block(points: Points) -> bytes:
    """Return the bytes of 1 … `BLOCK_POINTS` ordered points."""
    if len(points) < _PLANES_MIN_POINTS:
        return _frame(_RAW, points.steps.tobytes() + points.times.tobytes() + points.values.tobytes())
    steps, times = _differences(points.steps), _differences(points.times)
    seconds = _differences(steps.view(np.int64))
    seconds[1] = 0
    columns = (_zigzag(seconds), _zigzag(times), np.ascontiguousarray(points.values).view(np.uint64))
    masks, planes = zip(*(_to_planes(column) for column in columns), strict=True)
    start = _START.pack(bytes(masks), points.steps[0], steps[1].view(np.int64), points.times[0])
    return _frame(_PLANES, start + zstandard.ZstdCompressor(level=_BLOCK_LEVEL).compress(b"".join(planes)))


def decode_block(count: int, data: bytes) -> Points:
    """Return the `count` points that `encode_block` packed; raise `DataLoss` if the bytes are not what it wrote."""
    codec, body = _unframe(data, "block")
    if codec == _RAW:
        _check_size(len(body), 24 * count, "block")
        columns = np.frombuffer(body, np.int64).reshape(3, count)
        return Points(columns[0], columns[1], columns[2].view(np.float64))
    if codec != _PLANES:
        raise DataLoss(f"A metric block has the unknown codec '{codec}'. Read it with a newer version.")
    _check_size(len(body[: _START.size]), _START.size, "block")
    masks, first_step, stride, first_time = _START.unpack_from(body)
    planes = _decompress(body[_START.size :], "block")
    _check_size(len(planes), sum(mask.bit_count() for mask in masks) * count, "block")
    seconds, times, values = unpacked = np.zeros((3, count), np.uint64)
    offset = 0
    for column, mask in zip(unpacked, masks, strict=True):
        offset = _from_planes(column, mask, planes, offset)
    steps = _sum_steps(seconds, first_step, stride) if masks[0] else np.arange(count) * stride + first_step
    _unzigzag(times)
    signed = times.view(np.int64)
    signed[0] = first_time
    np.cumsum(signed, out=signed)
    return Points(steps, signed, values.view(np.float64))


def encode_mini(points: Points) -> bytes:
    """Return the envelope of a block: a flag and 64 `MINI` buckets of neighbouring points; empty for a small block.

    The flag is 1 if times never fall from point to point, so that the envelope also holds against time.
    """
    if len(points) < MINI_MIN_POINTS:
        return b""
    edges = np.arange(MINI_BUCKETS + 1) * len(points) // MINI_BUCKETS
    mini = reduce_points(points, edges)
    in_time_order = bool((points.times[1:] >= points.times[:-1]).all())
    return bytes([in_time_order]) + mini.tobytes()


def decode_minis(minis: Iterable[bytes]) -> npt.NDArray[np.void]:
    """Return the `MINI` buckets of envelopes, 64 for each."""
    return np.frombuffer(b"".join([mini[1:] for mini in minis]), MINI)


def reduce_points(points: Points, edges: npt.NDArray[np.intp]) -> npt.NDArray[np.void]:
    """Return one `MINI` bucket for each pair of neighbouring `edges`; no bucket may be empty."""
    starts, lasts = edges[:-1], edges[1:] - 1
    buckets = np.empty(len(starts), MINI)
    buckets["step"], buckets["time"] = points.steps[lasts], points.times[lasts]
    with np.errstate(invalid="ignore"):
        buckets["min"] = np.fmin.reduceat(points.values, starts)
        buckets["max"] = np.fmax.reduceat(points.values, starts)
    buckets["last"], buckets["count"] = points.values[lasts], np.diff(edges)
    return buckets


def encode_hot_point(key_id: int, step: int, time: int, value: float) -> bytes:
    """Return the hot row of a request of one point."""
    return _frame(_RAW, _POINT.pack(key_id, step, time, value))


def encode_hot(key_ids: Int32s, points: Points) -> bytes:
    """Return the hot row of a request: `i32 key_id[n] | i64 step[n] | i64 time[n] | f64 value[n]`, long ones packed."""
    body = key_ids.tobytes() + points.steps.tobytes() + points.times.tobytes() + points.values.tobytes()
    if len(key_ids) < _ZSTD_MIN_POINTS:
        return _frame(_RAW, body)
    return _frame(_ZSTD, zstandard.ZstdCompressor(level=_HOT_LEVEL).compress(body))


def decode_hot(rows: Iterable[tuple[int, bytes]]) -> KeyedPoints:
    """Return the points of hot rows, given as (count, bytes), in no particular order."""
    singles: list[bytes] = []
    parts: list[KeyedPoints] = []
    for count, data in rows:
        codec, body = _unframe(data, "row of points")
        if codec == _ZSTD:
            body = _decompress(body, "row of points")
        _check_size(len(body), 28 * count, "row of points")
        if count == 1:
            singles.append(body)
        else:
            parts.append(_split_hot(count, body))
    if singles:
        rows_of_one = np.frombuffer(b"".join(singles), _HOT_POINT)
        points = Points(*(np.ascontiguousarray(rows_of_one[name]) for name in ("step", "time", "value")))
        parts.append(KeyedPoints(rows_of_one["key"].astype(np.int64), points))
    if not parts:
        return KeyedPoints(np.empty(0, np.int64), NO_POINTS)
    return KeyedPoints(np.concatenate([part.key_ids for part in parts]), concatenate([part.points for part in parts]))


def _split_hot(count: int, body: bytes) -> KeyedPoints:
    key_ids = np.frombuffer(body, "<i4", count).astype(np.int64)
    steps = np.frombuffer(body, "<i8", count, 4 * count)
    times = np.frombuffer(body, "<i8", count, 12 * count)
    return KeyedPoints(key_ids, Points(steps, times, np.frombuffer(body, "<f8", count, 20 * count)))


def _differences(column: Int64s) -> npt.NDArray[np.uint64]:
    result = np.zeros(len(column), np.uint64)
    np.subtract(column[1:].view(np.uint64), column[:-1].view(np.uint64), out=result[1:])
    return result


def _sum_steps(seconds: npt.NDArray[np.uint64], first_step: int, stride: int) -> Int64s:
    _unzigzag(seconds)
    steps = seconds.view(np.int64)
    steps[1] = stride
    np.cumsum(steps, out=steps)
    steps[0] = first_step
    np.cumsum(steps, out=steps)
    return steps


def _zigzag(column: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    return (column << _ONE) ^ (column.view(np.int64) >> 63).view(np.uint64)


def _unzigzag(column: npt.NDArray[np.uint64]) -> None:
    odd = column & _ONE
    column >>= _ONE
    np.negative(odd, out=odd)
    column ^= odd


def _to_planes(column: npt.NDArray[np.uint64]) -> tuple[int, bytes]:
    present = int(np.bitwise_or.reduce(column))
    rows = column.view(np.uint8).reshape(-1, 8)
    kept = [plane for plane in range(8) if present >> (8 * plane) & 0xFF]
    return sum(1 << plane for plane in kept), b"".join([rows[:, plane].tobytes() for plane in kept])


def _from_planes(column: npt.NDArray[np.uint64], mask: int, planes: bytes, offset: int) -> int:
    rows = column.view(np.uint8).reshape(-1, 8)
    for plane in range(8):
        if mask >> plane & 1:
            rows[:, plane] = np.frombuffer(planes, np.uint8, len(column), offset)
            offset += len(column)
    return offset


def _frame(codec: int, body: bytes) -> bytes:
    return _HEADER.pack(codec, zlib.crc32(body, codec)) + body


def _unframe(data: bytes, what: str) -> tuple[int, bytes]:
    body = bytes(data[_HEADER.size :])
    if len(data) < _HEADER.size or (header := _HEADER.unpack_from(data))[1] != zlib.crc32(body, header[0]):
        raise DataLoss(
            f"A stored metric {what} was altered: its checksum is wrong. Restore the database from a backup."
        )
    return int(header[0]), body


def _decompress(packed: bytes, what: str) -> bytes:
    try:
        return zstandard.ZstdDecompressor().decompress(packed)
    except zstandard.ZstdError as error:
        message = f"A stored metric {what} cannot be unpacked: '{error}'. Restore the database from a backup."
        raise DataLoss(message) from error


def _check_size(size: int, expected: int, what: str) -> None:
    if size != expected:
        raise DataLoss(
            f"A stored metric {what} has '{size}' bytes in place of '{expected}'. Restore the database from a backup."
        )
