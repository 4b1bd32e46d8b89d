"""What crosses between a model's own process and the one that uses it arrives as it was."""

import datetime
import decimal
import io
import uuid
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

import headwater as hw
from headwater.models.isolated.wire import receive, send


def cross(value: Any) -> Any:
    """Return what the other side gets."""
    stream = io.BytesIO()
    send(stream, "value", value)
    stream.seek(0)
    kind, found = receive(stream)
    assert kind == "value"
    assert not stream.read()
    return found


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1,
        -(2**70),
        2**64 - 1,
        1.5,
        "text",
        b"bytes",
        [1, [2, "x"]],
        (1, 2),
        {1, 2},
        {"a": {1: None}},
        datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.UTC),
        datetime.date(2026, 1, 2),
        datetime.time(1, 2),
        datetime.timedelta(days=-1, microseconds=5),
        decimal.Decimal("1.10"),
        uuid.UUID(int=5),
        1 + 2j,
        pd.Timestamp("2026-01-02", tz="Europe/Rome"),
    ],
    ids=repr,
)
def test_plain_values_arrive_as_they_were(value: Any) -> None:
    found = cross(value)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.int32).reshape(2, 3),
        np.arange(6).reshape(2, 3).T,
        np.array([1.5, np.nan, -np.inf], np.float16),
        np.array(["a", "bcd"]),
        np.array([b"a"]),
        np.array(["2026-01-01", "NaT"], "datetime64[ns]"),
        np.array([True, False]),
        np.array(3.0),
        np.empty((0, 4), np.float32),
        np.array([["x", None], [1, {"a": 2}]], object),
        np.array([1, 2], ">i4"),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_keep_type_shape_and_values(array: "np.ndarray[Any, Any]") -> None:
    found = cross(array)

    np.testing.assert_array_equal(found, array)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.flags.writeable


def test_numbers_of_numpy_stay_numbers_of_numpy() -> None:
    found = cross([np.float32(1.5), np.int64(2), np.str_("x")])

    assert found == [1.5, 2, "x"]
    assert [type(value) for value in found] == [np.float32, np.int64, str]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2], "b": [1.5, np.nan], "c": ["x", None], "d": [True, False]}),
        pd.DataFrame({"c": pd.Categorical(["x", "y", None], ["y", "x"], ordered=True)}),
        pd.DataFrame({"n": pd.array([1, None], "Int64"), "s": pd.array(["x", None], "string")}),
        pd.DataFrame({"t": pd.to_datetime(["2026-01-01", "NaT"]), "z": pd.to_datetime(["2026-01-01"] * 2, utc=True)}),
        pd.DataFrame({"a": [1, 2]}, index=["x", "y"]).rename_axis("i"),
        pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["p", "q"])),
        pd.DataFrame([[1, 2], [3, 4]], columns=["same", "same"]),
        pd.DataFrame([[1, 2]], columns=[0, "x"]),
        pd.DataFrame({"l": [[1, 2], {"a": 1}]}),
        pd.DataFrame({"a": []}),
        pd.DataFrame(),
        pd.DataFrame({"a": pd.period_range("2026-01", periods=2, freq="M")}),
    ],
    ids=lambda frame: ",".join(map(str, frame.dtypes)) or "empty",
)
def test_frames_keep_types_indexes_and_values(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(cross(frame), frame)


def test_series_indexes_and_missing_values_arrive() -> None:
    pd.testing.assert_series_equal(
        cross(pd.Series([1, 2], ["x", "y"], name="n")), pd.Series([1, 2], ["x", "y"], name="n")
    )
    pd.testing.assert_index_equal(cross(pd.Index(["x"], name="i")), pd.Index(["x"], name="i"))
    assert cross([pd.NaT, pd.NA]) == [pd.NaT, pd.NA] or cross(pd.NA) is pd.NA


def test_frames_of_other_libraries_and_sparse_matrices_arrive() -> None:
    table = pl.DataFrame({"a": [1, None], "b": [["x"], []]})
    matrix = scipy.sparse.random(5, 4, 0.5, format="csc", random_state=1)

    assert cross(table).equals(table)
    assert cross(table.lazy()).equals(table)
    assert cross(pa.table({"a": [1, 2]})).equals(pa.table({"a": [1, 2]}))
    assert (cross(matrix) != matrix).nnz == 0
    assert cross(matrix).format == "csc"
    assert (cross(matrix.tocoo()) != matrix).nnz == 0


@pytest.mark.parametrize("value", [object(), print, np.zeros(2, [("a", "i4")]), [{"deep": {1: object()}}]])
def test_what_cannot_cross_is_refused_before_anything_is_written(value: Any) -> None:
    stream = io.BytesIO()

    with pytest.raises(hw.InvalidParameterValue, match="cannot be sent"):
        send(stream, "value", value)

    assert not stream.getvalue()


def test_what_is_nested_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(hw.InvalidParameterValue, match="nested too deeply"):
        cross(endless)


def test_an_array_of_python_objects_is_never_made_from_memory() -> None:
    import msgspec

    from headwater.models.isolated.wire import Header

    header = msgspec.msgpack.encode(Header("value", ["array", "|O", [1], 0], [8]))
    stream = io.BytesIO(len(header).to_bytes(8, "little") + header + bytes(8))

    with pytest.raises(hw.InvalidParameterValue, match=r"type '\|O'"):
        receive(stream)


def test_a_message_that_ends_early_is_the_end() -> None:
    stream = io.BytesIO()
    send(stream, "value", np.arange(100))
    cut = io.BytesIO(stream.getvalue()[:-1])

    with pytest.raises(EOFError):
        receive(cut)
