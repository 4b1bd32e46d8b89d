"""Enforcement: what reaches a model, what is refused, and what the refusal says."""

import datetime
import decimal
from collections.abc import Callable
from dataclasses import make_dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

from headwater.models.schema.enforce import enforce_columns, enforce_params, enforce_schema, validate_schema
from headwater.models.schema.types import (
    AnyType,
    Array,
    ColSpec,
    Map,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    TensorSpec,
    ValueType,
)
from headwater.protocol.errors import InvalidParameterValue, SchemaEnforcementFailed

TWO = Schema([ColSpec("double", "a"), ColSpec("long", "b")])
THING = Object([Property("x", Array("long")), Property("y", "string", required=False)])


class Row(NamedTuple):
    b: int
    a: float


def one(kind: ValueType | str, *, required: bool = True) -> Schema:
    """Return the schema of one column."""
    return Schema([ColSpec(kind, "a", required)])


def enforced(values: Any, kind: ValueType | str, *, required: bool = True) -> Any:
    """Return a frame's column after enforcement."""
    return enforce_schema(pd.DataFrame({"a": values}), one(kind, required=required))["a"]


def refusal(call: Callable[[], object]) -> str:
    """Return what a call says when it refuses."""
    with pytest.raises(InvalidParameterValue) as caught:
        call()
    return caught.value.message


def test_a_refusal_says_where_what_and_how_to_mend_it() -> None:
    frame = pd.DataFrame({"a": [1, 2**53 + 1], "b": [1, 2]})

    with pytest.raises(SchemaEnforcementFailed) as caught:
        enforce_schema(frame, TWO)

    assert caught.value.message == (
        "Failed to enforce schema of data 'DataFrame of 2 rows with columns ['a', 'b']' with schema "
        "'['a': double (required), 'b': long (required)]'. Error: Incompatible input types for column a. "
        "Can not safely convert int64 to float64. Row 1 is the first that does not fit: got 9007199254740993 (int), "
        "wanted double. Convert it with `.astype('float64')`, if the model may see rounded values."
    )
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert caught.value.error_class == "SCHEMA_ENFORCEMENT_FAILED"
    assert caught.value.http_status == 400


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        ({"a": [1.5]}, "Model is missing inputs ['b']. Add them"),
        ({"a": [1.5], "z": [1]}, "Model is missing inputs ['b']. Note that there were extra inputs: ['z']. Add them"),
        ({"A": [1.5], "b": [1]}, "extra inputs: ['A']. Is 'A' meant to be 'a'? Rename it."),
        (
            {"a": ["1"], "b": [1]},
            "column a. Can not safely convert str to float64. Row 0 is the first",
        ),
        ({"a": [1.5], "b": [1.0]}, "column b. Can not safely convert float64 to int64. Row 0"),
        (
            {"a": [1.5, 1.5], "b": [1, None]},
            "Row 1 is the first that does not fit: got nan (float), wanted long.",
        ),
        ({"a": [1.5], "b": [True]}, "Can not safely convert bool to int64."),
        (
            {"a": [1.5], "b": [[1]]},
            "object to int64. Row 0 is the first that does not fit: got [1]",
        ),
    ],
)
def test_columns_that_do_not_fit_are_named(frame: dict[str, Any], problem: str) -> None:
    message = refusal(lambda: enforce_schema(pd.DataFrame(frame), TWO))

    assert problem in message


def test_columns_are_put_in_order_and_others_dropped_without_touching_what_was_given() -> None:
    frame = pd.DataFrame({"extra": ["x"], "b": [1], "a": [2]}, index=["row"])
    before = frame.copy()

    found = enforce_schema(frame, TWO)
    found.loc["row", "a"] = 7.5

    pd.testing.assert_frame_equal(frame, before)
    assert found.columns.tolist() == ["a", "b"]
    assert found.index.tolist() == ["row"]
    assert found.dtypes.astype(str).tolist() == ["float64", "int64"]


def test_a_frame_that_fits_is_shared_and_not_changed_by_the_model() -> None:
    frame = pd.DataFrame({"a": [1.5], "b": [1]})

    found = enforce_schema(frame, TWO)
    found["new"] = 1

    assert frame.columns.tolist() == ["a", "b"]
    assert np.shares_memory(found["a"].to_numpy(), frame["a"].to_numpy())


def test_many_columns_of_whole_numbers_are_converted_at_once() -> None:
    names = [f"c{number}" for number in range(10)]
    schema = Schema([ColSpec("double", name) for name in names])
    frame = pd.DataFrame({name: [1, 2] for name in names}, index=["x", "y"])

    found = enforce_schema(frame, schema)
    message = refusal(lambda: enforce_schema(frame.assign(c7=[0, 2**53 + 1]), schema))

    pd.testing.assert_frame_equal(found, frame.astype("float64"))
    assert "column c7" in message


@pytest.mark.parametrize(
    ("values", "kind", "dtype"),
    [
        (np.array([1], "int8"), "integer", "int32"),
        (np.array([1], "int8"), "float", "float32"),
        (np.array([2**24], "int32"), "float", "float32"),
        (np.array([-(2**53)]), "double", "float64"),
        (np.array([-(2**63)]), "double", "float64"),
        (np.array([2**60]), "double", "float64"),
        (np.array([2**63], "uint64"), "double", "float64"),
        (np.array([2**63 - 1], "uint64"), "long", "int64"),
        (np.array([1.5], "float16"), "double", "float64"),
        (pd.array([1, 2], "Int64"), "double", "float64"),
        (pd.Series([decimal.Decimal("1.5")], dtype=object), "double", "float64"),
        (np.array(["2020-01-01"], "M8[s]"), "datetime", "datetime64[ns]"),
        (pd.Series(["2020-01-01T01:02:03", None], dtype=object), "datetime", "datetime64[ns]"),
        (
            pd.Series([datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1)], dtype=object),
            "datetime",
            "datetime64[ns]",
        ),
        (pd.Series(["2020-01-01T00:00:00+02:00"]), "datetime", "datetime64[ns]"),
        (pd.Series([b"x", None], dtype=object), "binary", "object"),
        (pd.Series(["x", None]), "string", "str"),
        (pd.Series([None, None], dtype=object), "double", "float64"),
    ],
)
def test_what_loses_nothing_is_converted(values: Any, kind: str, dtype: str) -> None:
    assert str(enforced(values, kind).dtype) == dtype


@pytest.mark.parametrize(
    ("values", "kind", "problem"),
    [
        (np.array([1]), "integer", "int64 to int32"),
        (np.array([2**24 + 1], "int32"), "float", "int32 to float32"),
        (np.array([2**63 - 1]), "double", "int64 to float64"),
        (np.array([2**64 - 1], "uint64"), "double", "uint64 to float64"),
        (np.array([2**63], "uint64"), "long", "uint64 to int64"),
        (np.array([1.5]), "float", "float64 to float32"),
        (np.array([1], "int64"), "datetime", "int64 to datetime64[ns]"),
        (np.array(["3000-01-01"], "M8[s]"), "datetime", "Only moments from 1678 to 2262 fit"),
        (pd.Series(["3000-01-01"]), "datetime", "Only moments from 1678 to 2262 fit"),
        (pd.Series(["today"]), "datetime", "Give ISO 8601 text"),
        (pd.Series(["2020-01-01", "nope"]), "datetime", "Row 1 is the first that does not fit: got 'nope' (str)"),
        (pd.Series(pd.date_range("2020", periods=1, tz="UTC")), "datetime", "timezone-naive"),
        (pd.Series([5], dtype=object), "string", "int64 to str"),
        (pd.Series([1, 2], dtype="category"), "string", "category to str"),
        (
            pd.array([1, None], "Int64"),
            "long",
            "Int64 to int64. Row 1 is the first that does not fit: got a missing",
        ),
        (pd.array([True, None], "boolean"), "boolean", "boolean to bool. Row 1"),
        (pd.Series([True, None], dtype=object), "boolean", "Row 1"),
        (pd.Series([2**70], dtype=object), "long", "object to int64"),
    ],
)
def test_what_would_lose_something_is_refused(values: Any, kind: str, problem: str) -> None:
    assert problem in refusal(lambda: enforced(values, kind))


def test_moments_keep_their_nanoseconds() -> None:
    text = "2020-01-01T00:00:00.123456789"
    moment = pd.Timestamp(text)

    assert enforced(pd.Series([text]), "datetime")[0] == moment
    assert enforced(pd.Series([moment, None], dtype=object), "datetime")[0] == moment


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1.0, None], "long", [1.0, None]),
        ([1.0, 2.0], "integer", [1, 2]),
        (pd.array([2**60 + 1, None], "Int64"), "long", [2**60 + 1, None]),
        (pd.array([1, None], "Int32"), "double", [1.0, None]),
        (pd.array([True, None], "boolean"), "boolean", [True, None]),
        ([None, None], "boolean", [None, None]),
        ([np.nan], "string", [None]),
        ([np.nan], "datetime", [None]),
    ],
)
def test_missing_values_are_accepted_where_a_column_is_optional(values: Any, kind: str, expected: list[Any]) -> None:
    found = enforced(values, kind, required=False)

    assert [None if pd.isna(value) else value for value in found] == expected


@pytest.mark.parametrize(("values", "kind"), [([1.5, None], "long"), ([2.0**60, None], "long"), ([2.0**40], "integer")])
def test_optional_whole_numbers_must_be_whole_and_exact(values: Any, kind: str) -> None:
    assert "Only whole numbers and missing values fit" in refusal(lambda: enforced(values, kind, required=False))


def test_categories_stay_categories() -> None:
    texts = pd.Series(["a", None, "a"], dtype="category")

    found = enforced(texts, "string")

    pd.testing.assert_series_equal(found, texts.rename("a"))
    assert "missing value" in refusal(lambda: enforced(pd.Series([1, None], dtype="category"), "long"))


def test_frames_of_polars_and_tables_of_arrow_are_taken() -> None:
    data = {"b": [1, 2], "a": [1.5, None]}

    frames = [enforce_schema(kind, TWO) for kind in (pl.DataFrame(data), pl.DataFrame(data).lazy(), pa.table(data))]

    for frame in frames:
        assert frame["b"].tolist() == [1, 2]
        assert frame["a"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "data",
    [
        {"a": 1.5, "b": 2},
        {"a": [1.5], "b": [2]},
        {"a": [1.5], "b": 2},
        {"a": np.array([1.5]), "b": pd.Series([2])},
        [{"a": 1.5, "b": 2, "c": 3}],
        [pd.Series({"a": 1.5, "b": 2}, dtype=object)],
        [Row(2, 1.5)],
        [make_dataclass("Row", ["a", "b"])(1.5, 2)],
        np.array([(2, 1.5)], dtype=[("b", "i4"), ("a", "f8")]),
        pd.DataFrame({"a": [1.5], "b": [2]}).to_records(index=False),
        pd.DataFrame({"b": [2], "a": [1.5]}),
    ],
    ids=repr,
)
def test_rows_may_be_given_in_many_ways(data: Any) -> None:
    found = enforce_schema(data, TWO)

    pd.testing.assert_frame_equal(found, pd.DataFrame({"a": [1.5], "b": [2]}))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (np.array([[1.5, 2.0]]), "extra inputs: [0, 1]. Give a DataFrame with the columns ['a', 'b']"),
        ([1.5, 2], "Model is missing inputs ['a', 'b']"),
        (None, "Expected input to be DataFrame. Found: NoneType"),
        (sp.csr_matrix(np.eye(2)), "Expected input to be DataFrame. Found: csr_matrix"),
        ({"a": [1.5, 2.5], "b": [1, 2, 3]}, "The columns have different lengths: {'a': 2, 'b': 3}"),
        ([[1.5, 2], [1.5]], "The rows have different lengths: [1, 2]"),
        ({"a": np.ones((2, 1)), "b": [1, 2]}, "Flatten it"),
        (pd.DataFrame([[1.5, 1, 2]], columns=["a", "b", "b"]), "Several columns are named 'b'"),
        (object(), "Model is missing inputs"),
        ({1: 2}, "Model is missing inputs ['a', 'b']"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_data_without_the_columns_is_refused(data: Any, problem: str) -> None:
    assert problem in refusal(lambda: enforce_schema(data, TWO))


def test_a_column_without_a_name_takes_values_lists_and_first_columns() -> None:
    only = Schema([ColSpec("long")])

    found = [enforce_schema(data, only) for data in (5, [5], np.array([5]), np.array([[5]]), pd.Series([5]))]

    assert [frame.iloc[:, 0].tolist() for frame in found] == [[5]] * 5
    assert enforce_schema(pd.DataFrame({"q": [5], "r": ["x"]}), only).columns.tolist() == ["q"]
    assert enforce_schema("x", Schema([ColSpec("string")])).iloc[0, 0] == "x"
    assert enforce_schema([{"x": [1]}], Schema([ColSpec(THING)])).iloc[0, 0] == {"x": [1]}
    assert enforce_schema([[1.5, 2]], Schema([ColSpec(Array("double"))])).iloc[0, 0] == [1.5, 2.0]
    assert "only has 1 inputs" in refusal(lambda: enforce_schema([1], Schema([ColSpec("long"), ColSpec("long")])))


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        (Array("double"), [[1], [1.5, None], []], [[1.0], [1.5, None], []]),
        (Array("long"), [(1, 2)], [[1, 2]]),
        (Array("integer"), [[1]], [[1]]),
        (Array(Array("long")), [[[1], [2, 3]], [[]]], [[[1], [2, 3]], [[]]]),
        (Array("datetime"), [["2020-01-01"]], [[datetime.datetime(2020, 1, 1)]]),
        (THING, [{"x": [1]}, {"x": [2], "y": "s"}], [{"x": [1]}, {"x": [2], "y": "s"}]),
        (THING, [{"x": [1], "y": None}], [{"x": [1], "y": None}]),
        (Map("double"), [{"x": 1, "y": 2.5}, {}], [{"x": 1.0, "y": 2.5}, {}]),
        (Map(THING), [{"k": {"x": []}}], [{"k": {"x": []}}]),
        (AnyType(), [1, "x", None, [2]], [1, "x", None, [2]]),
        (Array(AnyType()), [[1, "x"]], [[1, "x"]]),
    ],
)
def test_nested_values_are_converted_inside(kind: ValueType, cells: list[Any], expected: list[Any]) -> None:
    found = enforced(pd.Series(cells, dtype=object), kind).tolist()

    assert [_without_nan(value) for value in found] == expected


def _without_nan(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and np.isnan(value) else value


@pytest.mark.parametrize(
    ("kind", "cells", "problem"),
    [
        (Array("long"), [[1], [2, "x"]], "Row 1 at '[1]' is the first that does not fit: got 'x' (str)"),
        (Array("long"), [[1], 5], "Expected data to be list or numpy array, got int. Row 1"),
        (Array("long"), [[1], None], "got NoneType. Row 1"),
        (Array("long"), ["text"], "Expected data to be list or numpy array, got str"),
        (Array(Array("long")), [np.zeros(3, int)], "Expected an array of 2 dimensions, got 1"),
        (Array("integer"), [[1, 2**40]], "Row 0 at '[1]'"),
        (THING, [{"x": [1]}, {"x": [1, None]}], "Row 1 at '.x[1]'"),
        (THING, [{"y": "s"}], "Missing required properties: {'x'}"),
        (THING, [{"x": [1], "z": 1}], "Invalid properties not defined in the schema found: {'z'}"),
        (THING, [3], "Expected data to be dictionary, got int"),
        (Map("long"), [{"k": 1}, {"k": 1, "l": "q"}], "Row 1 at '['l']'"),
        (Map("long"), [{1: 1}], "Expected all keys in the map type data are string type"),
        (Map("long"), [3], "Expected data to be a dict, got int"),
    ],
)
def test_nested_values_that_do_not_fit_are_found(kind: ValueType, cells: list[Any], problem: str) -> None:
    assert problem in refusal(lambda: enforced(pd.Series(cells, dtype=object), kind))


def test_arrays_in_cells_stay_arrays() -> None:
    found = enforced(pd.Series([np.array([1, 2], "int32")], dtype=object), Array("long"))[0]

    assert isinstance(found, np.ndarray)
    assert found.dtype == np.int64


def test_columns_of_numpy_need_no_frame() -> None:
    given = {"b": np.array([1, 2]), "a": np.array([1, 2]), "z": np.array(["x", "y"])}

    found = enforce_columns(given, TWO)

    assert list(found) == ["a", "b"]
    assert found["a"].dtype == np.float64
    assert found["b"] is given["b"]
    assert "Model is missing inputs ['a']" in refusal(lambda: enforce_columns({"b": np.array([1])}, TWO))


FLAT, NAMED = TensorSpec(np.dtype("float32"), (-1, 2)), TensorSpec(np.dtype("float32"), (-1, 2), "x")
IMAGE = np.ones((3, 2), "float32")


class _Torch(np.ndarray[Any, Any]):
    """An array that says it is PyTorch's."""

    __module__ = "torch"

    def detach(self) -> "_Torch":
        """Return itself."""
        return self

    def cpu(self) -> "np.ndarray[Any, Any]":
        """Return the array."""
        return self.view(np.ndarray)


@pytest.mark.parametrize("data", [IMAGE, pd.DataFrame(IMAGE), IMAGE.view(_Torch)], ids=["array", "frame", "torch"])
def test_a_tensor_is_taken_from_arrays_frames_and_frameworks(data: Any) -> None:
    found = enforce_schema(data, Schema([FLAT]))

    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, IMAGE)


def test_named_tensors_are_a_dictionary() -> None:
    schema = Schema([NAMED, TensorSpec(np.dtype("int64"), (-1,), "y")])
    frame = pd.DataFrame({"x": [[1.0, 1.0]] * 3, "y": [1, 2, 3], "z": 0})

    found = enforce_schema(frame, schema)

    assert list(found) == ["x", "y"]
    np.testing.assert_array_equal(found["x"], IMAGE)
    assert list(enforce_schema(IMAGE, Schema([NAMED]))) == ["x"]


@pytest.mark.parametrize(
    ("data", "schema", "problem"),
    [
        (
            IMAGE.astype("float64"),
            FLAT,
            "dtype of input float64 does not match expected dtype float32. Convert",
        ),
        (np.ones((3, 3), "float32"), FLAT, "Shape of input (3, 3) does not match expected shape (-1, 2)."),
        (np.ones(3, "float32"), FLAT, "Shape of input (3,)"),
        ([[1.0, 2.0]], FLAT, "an input of type <class 'list'> was found"),
        (pd.DataFrame(np.ones((3, 3), "float32")), FLAT, "had 3 columns and an input shape of (-1, 2)"),
        ({"x": [[1.0, 2.0]]}, NAMED, "a dict with value type <class 'list'> was found"),
        ({"y": IMAGE}, NAMED, "Model is missing inputs ['x']. Note that there were extra inputs: ['y']."),
        ("x", NAMED, "an input of type <class 'str'> was found"),
        (sp.csr_matrix(IMAGE), NAMED, "Give a dictionary of arrays with the keys ['x']"),
        (pd.DataFrame({"x": [[1.0], [1.0, 2.0]]}), NAMED, "Lists of different lengths"),
        (sp.csr_matrix(np.eye(2)), FLAT, "dtype of input float64"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_tensors_that_do_not_fit_are_refused(data: Any, schema: TensorSpec, problem: str) -> None:
    assert problem in refusal(lambda: validate_schema(data, Schema([schema])))


PARAMS = ParamSchema(
    [
        ParamSpec("t", "double", 0.5),
        ParamSpec("k", "long", 3),
        ParamSpec("stop", "string", ["a"], (-1,)),
        ParamSpec("since", "datetime", "2020-01-01"),
    ]
)
DEFAULTS = {"t": 0.5, "k": 3, "stop": ["a"], "since": datetime.date(2020, 1, 1)}


def test_params_are_converted_and_the_rest_are_defaults(caplog: pytest.LogCaptureFixture) -> None:
    given = {"t": 1, "stop": np.array(["x"]), "unknown": 5, "k": None, "since": "2020-01-01T00:00:01"}

    found = enforce_params(given, PARAMS)

    assert found == {"t": 1.0, "k": None, "stop": ["x"], "since": datetime.datetime(2020, 1, 1, 0, 0, 1)}
    assert "['unknown']" in caplog.text
    assert enforce_params(None, PARAMS) == enforce_params({}, PARAMS) == DEFAULTS
    assert enforce_params({"a": 1}, None) == {}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("x", "Parameters must be a dictionary. Got type 'str'."),
        ({"t": "x", "k": 1.5}, "Invalid parameters found: {('t',"),
        ({"stop": "x"}, "Value must be a 1D array with shape (-1,)"),
        ({"stop": [["x"]]}, "received list with ndim 2"),
        ({"k": 2**63}, "Can not safely convert"),
        ({"k": [1]}, "Value must be a scalar for type `DataType.long`, got `[1]`"),
        ({"since": "soon"}, "Failed to convert value `soon` from type `<class 'str'>` to `DataType.datetime`"),
    ],
)
def test_params_that_do_not_fit_are_refused(given: Any, problem: str) -> None:
    assert problem in refusal(lambda: enforce_params(given, PARAMS))
