"""Requests: parsed JSON becomes columns or tensors of a schema's types."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from headwater.models.schema.json_columns import (
    columns_from_json,
    columns_from_records,
    columns_from_split,
    tensors_from_json,
)
from headwater.models.schema.types import Array, ColSpec, DataType, Object, Property, Schema, TensorSpec
from headwater.protocol.errors import InvalidParameterValue

TWO = Schema([ColSpec("double", "a"), ColSpec("long", "b", required=False)])


def refusal(call: Callable[[], object]) -> str:
    """Return what a call says when it refuses."""
    with pytest.raises(InvalidParameterValue) as caught:
        call()
    return caught.value.message


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("double", [1, 1.5, None, "2.5", True], [1.0, 1.5, None, 2.5, 1.0]),
        ("float", [1, None], [1.0, None]),
        ("long", [1, 1.0, "7", True], [1, 1, 7, 1]),
        ("integer", [1, 2], [1, 2]),
        ("boolean", [True, 0, 1.0], [True, False, True]),
        ("string", ["a", None], ["a", None]),
        ("binary", ["eHl6", "eHl6\n", None], [b"xyz", b"xyz", None]),
        ("datetime", ["2020-01-01", "2020-01-01T00:00:00Z", None], ["2020-01-01", "2020-01-01", None]),
        ("datetime", [1577836800000000000], ["2020-01-01"]),
    ],
)
def test_values_become_what_the_signature_says(kind: str, given: list[Any], expected: list[Any]) -> None:
    schema = Schema([ColSpec(kind, "a")])

    found = columns_from_records([{"a": value} for value in given], schema)["a"]

    wanted = DataType[kind].to_numpy()
    assert found.dtype == (wanted if wanted.kind not in "US" else object)
    if kind == "datetime":
        np.testing.assert_array_equal(found, np.array(expected, "M8[ns]"))
    else:
        assert [None if value != value else value for value in found.tolist()] == expected


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("double", "x", "Failed to convert column a to type 'float64'. Error: Can not safely convert str to float64."),
        ("double", [1], "Row 1 is the first that does not fit: got [1] (list), wanted double."),
        ("double", {"x": 1}, "Can not safely convert dict to float64"),
        ("float", 1e300, "Row 1 is the first that does not fit: got 1e+300"),
        ("double", 10**400, "Row 1 is the first"),
        ("long", 1.5, "got 1.5 (float)"),
        ("long", "1.5", "got '1.5' (str)"),
        ("long", None, "Hint: the type mismatch is likely caused by missing values"),
        ("long", 2**70, "Can not safely convert"),
        ("integer", 2**40, "got 1099511627776 (int)"),
        ("boolean", 2, "got 2 (int)"),
        ("boolean", "true", "got 'true' (str)"),
        ("boolean", None, "Hint: "),
        ("string", 5, "got 5 (int)"),
        ("binary", "?", "got '?' (str)"),
        ("binary", 5, "got 5 (int)"),
        ("datetime", "01/02/2020", "Give ISO 8601 text"),
        ("datetime", True, "got True (bool)"),
        ("datetime", 2**70, "Row 1"),
    ],
)
def test_values_that_cannot_be_that_are_found(kind: str, value: Any, problem: str) -> None:
    good = {"string": "x", "binary": "", "boolean": True, "datetime": "2020-01-01"}.get(kind, 1)

    message = refusal(lambda: columns_from_records([{"a": good}, {"a": value}], Schema([ColSpec(kind, "a")])))

    assert message.startswith("Invalid input. Data is not compatible with model signature. Failed to convert column a")
    assert problem in message


def test_records_and_splits_give_the_same_columns() -> None:
    records = [{"b": 1, "a": 2, "z": "x"}, {"a": 1.5, "b": None}]
    split = {"columns": ["z", "b", "a"], "index": [7, 8], "data": [["x", 1, 2], [None, None, 1.5]]}

    found = [columns_from_records(records, TWO), columns_from_split(split, TWO)]

    for columns in found:
        assert list(columns) == ["a", "b"]
        np.testing.assert_array_equal(columns["a"], [2.0, 1.5])
        np.testing.assert_array_equal(columns["b"], [1.0, np.nan])


def test_an_absent_optional_column_stays_absent() -> None:
    assert list(columns_from_records([{"a": 1}], TWO)) == ["a"]
    assert "Model is missing inputs ['a']" in refusal(lambda: columns_from_records([{"b": 1}], TWO))


def test_columns_without_names_go_by_position() -> None:
    schema = Schema([ColSpec("double"), ColSpec("string")])

    found = columns_from_split({"data": [[1, "x", True]]}, schema)

    assert {name: column.tolist() for name, column in found.items()} == {0: [1.0], 1: ["x"]}
    assert "only has 1 inputs" in refusal(lambda: columns_from_split({"data": [[1]]}, schema))


def test_no_rows_are_columns_of_no_values() -> None:
    assert [column.size for column in columns_from_records([], TWO).values()] == [0, 0]
    assert columns_from_split({"columns": ["a", "b"], "data": []}, TWO)["b"].dtype == np.int64


@pytest.mark.parametrize(
    ("split", "problem"),
    [
        ([], "Dataframe split format must be a dictionary. Got list."),
        ({}, "'data' must be a list of rows"),
        ({"data": [1]}, "'data' must be a list of rows"),
        ({"data": [[1]], "columns": "a"}, "'columns' must be a list of names"),
        ({"data": [[1]], "columns": [[]]}, "'columns' must be a list of names"),
        ({"data": [[1, 2], [1]], "columns": ["a", "b"]}, "2 columns are named, but row 1 has 1 values"),
        ({"data": [[1, 2]], "columns": ["a", "a"]}, "Several columns are named 'a'"),
    ],
)
def test_what_is_no_split_is_refused(split: Any, problem: str) -> None:
    assert problem in refusal(lambda: columns_from_split(split, TWO))


@pytest.mark.parametrize(("records", "got"), [({}, "dictionary"), ([1], "another value"), ("x", "another value")])
def test_what_is_no_list_of_records_is_refused(records: Any, got: str) -> None:
    message = refusal(lambda: columns_from_records(records, TWO))

    assert message == f"Dataframe records format must be a list of records. Got {got}."


def test_any_json_becomes_columns() -> None:
    assert columns_from_json({"a": [1, 2], "b": 3}, TWO)["b"].tolist() == [3, 3]
    assert columns_from_json([{"a": 1}], TWO)["a"].tolist() == [1.0]
    assert columns_from_json(1, Schema([ColSpec("double")]))[0].tolist() == [1.0]
    assert columns_from_json({"a": ["eA=="]}, Schema([ColSpec("binary", "a")]))["a"].tolist() == ["eA=="]
    assert "different lengths" in refusal(lambda: columns_from_json({"a": [1], "b": [1, 2]}, TWO))


def test_json_nested_without_end_is_refused() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    schemas = [Schema([ColSpec(kind, "a")]) for kind in (DataType.double, DataType.string, Array("double"))]

    messages = [refusal(lambda schema=schema: columns_from_json({"a": deep}, schema)) for schema in schemas]  # type: ignore[misc]  # bound at once

    assert "nested too deeply" in messages[2]
    assert all(len(message) < 2000 for message in messages)
    assert "Failed to convert data" in refusal(lambda: tensors_from_json(deep, Schema([tensor("float64", -1)])))


def test_nested_json_is_converted_inside() -> None:
    kind = Object([Property("x", Array("float")), Property("n", "integer", required=False)])

    found = columns_from_records([{"a": {"x": [1, 2.5], "n": 3}}, {"a": {"x": []}}], Schema([ColSpec(kind, "a")]))

    assert found["a"].tolist() == [{"x": [1.0, 2.5], "n": 3}, {"x": []}]


def tensor(dtype: str, *shape: int, name: str | None = None) -> TensorSpec:
    """Return the spec of a tensor."""
    return TensorSpec(np.dtype(dtype), shape, name)


def test_tensors_get_their_type_from_the_signature() -> None:
    plain, named = Schema([tensor("float32", -1, 2)]), Schema([tensor("int64", -1, name="x")])

    assert tensors_from_json([[1, None]], plain).dtype == np.float32
    assert tensors_from_json([1.0], named)["x"].dtype == np.int64
    assert tensors_from_json({"x": [1]}, named)["x"].tolist() == [1]
    assert tensors_from_json([{"x": 1}, {"x": 2}], named)["x"].tolist() == [1, 2]
    assert tensors_from_json(["a", "bc"], Schema([tensor("str", -1)])).tolist() == ["a", "bc"]


@pytest.mark.parametrize(
    ("value", "spec", "problem"),
    [
        ([[1, 2, 3]], tensor("float32", -1, 2), "Shape of input (1, 3) does not match expected shape (-1, 2)."),
        ([[1, 2], [3]], tensor("float32", -1, 2), "NumPy says: setting an array element with a sequence."),
        (["x"], tensor("float32", -1), "Failed to convert data to type `Tensor('float32', (-1,))`"),
        ([1.5], tensor("int64", -1), "Send whole numbers."),
        ([2**70], tensor("int64", -1), "Failed to convert data"),
        ({"a": [1]}, tensor("int64", -1), "Send a list, not an object."),
        ({"a": [1]}, tensor("int64", -1, name="x"), "Model is missing inputs ['x']."),
        ([None], tensor("int64", -1), "Failed to convert data"),
        ([1e300], tensor("float32", -1), "NumPy says: overflow"),
        ([5], tensor("str", -1), "Send texts."),
        ([2], tensor("bool", -1), "Send true and false."),
    ],
)
def test_tensors_that_do_not_fit_are_refused(value: Any, spec: TensorSpec, problem: str) -> None:
    assert problem in refusal(lambda: tensors_from_json(value, Schema([spec])))


def test_several_tensors_need_their_names() -> None:
    schema = Schema([tensor("int64", -1, name="x"), tensor("int64", -1, name="y")])

    assert "Send an object with these keys." in refusal(lambda: tensors_from_json([1], schema))
