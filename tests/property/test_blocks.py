"""The block codec keeps every bit of every point."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.protocol.errors import DataLoss
from headwater.stores.sql import blocks
from headwater.stores.sql.blocks import Points

INT64 = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([-(2**63), -1, 0, 1, 2**63 - 1])
INTERESTING = [0x7FF0000000000001, 0xFFF8000000000123, 0x7FF0000000000000, 0xFFF0000000000000, 1 << 63, 0, 1]
BITS = st.integers(0, 2**64 - 1) | st.sampled_from(INTERESTING)
POINT = st.tuples(INT64, INT64, BITS)
SEVERAL = st.lists(POINT, min_size=1, max_size=400)


def as_points(rows: list[tuple[int, int, int]]) -> Points:
    steps, times, bits = zip(*rows, strict=True)
    return Points(np.array(steps, np.int64), np.array(times, np.int64), np.array(bits, np.uint64).view(np.float64))


def as_rows(points: Points) -> list[tuple[int, int, int]]:
    return list(zip(points.steps.tolist(), points.times.tolist(), points.values.view(np.uint64).tolist(), strict=True))


@given(rows=SEVERAL, repeat=st.integers(1, 20))
def test_a_block_gives_back_the_bits_it_was_given(rows: list[tuple[int, int, int]], repeat: int) -> None:
    points = as_points((rows * repeat)[: blocks.BLOCK_POINTS])

    data = blocks.encode_block(points)

    assert as_rows(blocks.decode_block(len(points), data)) == as_rows(points)


@given(rows=SEVERAL, key=st.integers(1, 2**31 - 1), one=POINT)
def test_hot_rows_give_back_the_bits_they_were_given(
    rows: list[tuple[int, int, int]], key: int, one: tuple[int, int, int]
) -> None:
    points = as_points(rows)
    key_ids = np.full(len(points), key, np.int32)
    step, time, bits = one
    value = struct.unpack("<d", struct.pack("<Q", bits))[0]

    many = blocks.encode_hot(key_ids, points)
    single = blocks.encode_hot_point(key, step, time, value)
    decoded = blocks.decode_hot([(len(points), many), (1, single)])

    assert set(decoded.key_ids.tolist()) == {key}
    assert sorted(as_rows(decoded.points)) == sorted([*rows, one])


@given(rows=SEVERAL)
def test_sorting_orders_by_step_time_and_value_and_drops_equal_points(rows: list[tuple[int, int, int]]) -> None:
    ordered = blocks.sort_points(as_points(rows * 2))

    assert set(as_rows(ordered)) == set(rows)
    assert len(ordered) == len(set(rows))
    keys = list(zip(ordered.steps.tolist(), ordered.times.tolist(), ordered.values.tolist(), strict=True))
    expected = sorted(keys, key=lambda row: (row[0], row[1], row[2] == row[2], row[2] if row[2] == row[2] else 0.0))
    assert [row[:2] for row in keys] == [row[:2] for row in expected]
    assert blocks.is_ordered(ordered)


@given(bits=st.lists(BITS, min_size=2, max_size=50))
def test_ranks_order_values_with_nan_below_every_number(bits: list[int]) -> None:
    values = np.array(bits, np.uint64).view(np.float64)

    ranks = blocks.rank_values(values)
    ordered = values[np.argsort(ranks)]

    numbers = ordered[~np.isnan(ordered)]
    assert np.isnan(ordered[: len(ordered) - len(numbers)]).all()
    assert (numbers[1:] >= numbers[:-1]).all()
    assert len(set(ranks.tolist())) == len(set(bits))


@given(rows=SEVERAL, position=st.integers(min_value=0), flip=st.integers(1, 255))
def test_an_altered_block_raises_data_loss(rows: list[tuple[int, int, int]], position: int, flip: int) -> None:
    data = bytearray(blocks.encode_block(as_points(rows)))
    data[position % len(data)] ^= flip

    with pytest.raises(DataLoss):
        blocks.decode_block(len(rows), bytes(data))


@given(rows=SEVERAL, cut=st.integers(min_value=0))
def test_a_cut_block_raises_data_loss(rows: list[tuple[int, int, int]], cut: int) -> None:
    data = blocks.encode_block(as_points(rows))

    with pytest.raises(DataLoss):
        blocks.decode_block(len(rows), data[: cut % len(data)])


@given(
    values=st.lists(st.floats(width=32), min_size=1, max_size=100),
    extra=st.integers(0, 3000),
)
def test_a_mini_holds_the_extremes_and_last_points_of_64_buckets(values: list[float], extra: int) -> None:
    count = blocks.MINI_MIN_POINTS + extra
    column = np.resize(np.array(values, np.float64), count)
    points = Points(np.arange(count), np.arange(count) * 10, column)

    mini = blocks.encode_mini(points)
    buckets = blocks.decode_minis([mini])

    assert mini[0] == 1
    assert len(buckets) == blocks.MINI_BUCKETS
    assert int(buckets["count"].sum()) == count
    start = 0
    for bucket in buckets:
        part = column[start : start + int(bucket["count"])]
        start += len(part)
        numbers = part[~np.isnan(part)]
        assert int(bucket["step"]) == start - 1
        assert int(bucket["time"]) == (start - 1) * 10
        np.testing.assert_equal(float(bucket["last"]), float(part[-1]))
        lowest, highest = (numbers.min(), numbers.max()) if len(numbers) else (np.nan, np.nan)
        assert np.array_equal(bucket["min"], lowest, equal_nan=True)
        assert np.array_equal(bucket["max"], highest, equal_nan=True)


def test_a_small_block_has_no_mini() -> None:
    points = as_points([(step, step, step) for step in range(100)])

    assert blocks.encode_mini(points) == b""


def test_a_block_of_steady_steps_costs_less_than_nine_bytes_a_point() -> None:
    generator = np.random.default_rng(1)
    count = blocks.BLOCK_POINTS
    values = generator.normal(size=count).astype(np.float32).astype(np.float64)
    times = 1_700_000_000_000 + np.cumsum(generator.integers(0, 50, count))

    data = blocks.encode_block(Points(np.arange(count), times, values))

    assert len(data) < 6 * count
