"""Whatever data and signature meet: values arrive unchanged or a clear refusal comes, and nothing else is raised."""

import datetime
import json
import math
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.models.schema.columns import Columns
from headwater.models.schema.enforce import enforce_columns, enforce_params, enforce_schema
from headwater.models.schema.infer import infer_schema, infer_signature
from headwater.models.schema.json_columns import (
    columns_from_json,
    columns_from_records,
    columns_from_split,
    tensors_from_json,
)
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import (
    AnyType,
    Array,
    ColSpec,
    DataType,
    Map,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    TensorSpec,
)
from headwater.protocol.errors import InvalidParameterValue

Request: TypeAlias = Callable[[], Columns]
NAMES = st.text(max_size=5)
PLAIN = st.sampled_from(list(DataType))
TYPES = st.recursive(
    PLAIN | st.builds(AnyType),
    lambda inner: st.one_of(
        st.builds(Array, inner),
        st.builds(Map, inner),
        st.lists(
            st.builds(Property, NAMES, inner, st.booleans()), min_size=1, max_size=3, unique_by=lambda p: p.name
        ).map(Object),
    ),
    max_leaves=5,
)
COLUMN_SCHEMAS = st.one_of(
    st.lists(st.builds(ColSpec, TYPES, NAMES, st.booleans()), min_size=1, max_size=4, unique_by=lambda c: c.name).map(
        Schema
    ),
    st.lists(st.builds(ColSpec, TYPES), min_size=1, max_size=2).map(Schema),
)
DTYPES = st.sampled_from(["int8", "uint16", "int64", "uint64", "float32", "float64", "bool", "str", "bytes", "object"])
SHAPES = st.lists(st.integers(-1, 3), max_size=3).map(tuple)
TENSOR_SCHEMAS = st.one_of(
    st.builds(TensorSpec, DTYPES.map(np.dtype), SHAPES).map(lambda spec: Schema([spec])),
    st.lists(
        st.builds(TensorSpec, DTYPES.map(np.dtype), SHAPES, NAMES), min_size=1, max_size=3, unique_by=lambda t: t.name
    ).map(Schema),
)
SCHEMAS = COLUMN_SCHEMAS | TENSOR_SCHEMAS
EDGES = [sign * 2**bits + more for sign in (1, -1) for bits in (24, 31, 53, 63, 64) for more in (-1, 0, 1)]
INTEGERS = st.integers(-300, 300) | st.sampled_from(EDGES)
FLOATS = st.floats() | st.sampled_from([0.5, 2.0**53, 2.0**63, -(2.0**63), 2.0**64, 1e300, -0.0])
MOMENTS = st.datetimes()
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    INTEGERS,
    FLOATS,
    st.text(max_size=5),
    st.binary(max_size=5),
    MOMENTS,
    st.dates(),
    st.decimals(),
)
JSON = st.recursive(
    st.none() | st.booleans() | INTEGERS | FLOATS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(NAMES | st.integers(0, 3), inner, max_size=4),
        st.tuples(inner, inner),
    ),
    max_leaves=12,
)
ARRAYS = st.one_of(
    st.tuples(st.sampled_from("bBhHiIlLqQefd"), st.lists(INTEGERS, max_size=6)).map(
        lambda pair: np.array(pair[1], object).astype("float64").clip(-100, 100).astype(pair[0])
    ),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6).map(lambda items: np.array(items, "int64")),
    st.lists(st.integers(0, 2**64 - 1), max_size=6).map(lambda items: np.array(items, "uint64")),
    st.lists(FLOATS, max_size=6).map(lambda items: np.array(items, "float64")),
    st.lists(st.booleans(), max_size=6).map(lambda items: np.array(items, bool)),
    st.lists(st.text(max_size=4), max_size=6).map(lambda items: np.array(items, str)),
    st.lists(MOMENTS, max_size=6).map(lambda items: np.array(items, "datetime64[us]")),
    st.lists(SCALARS, max_size=6).map(lambda items: np.array([*items, None], object)[:-1]),
)


def exact(value: Any) -> Any:
    """Return a value so that equal ones are equal, whatever holds them; None if it is missing."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if isinstance(value, bool | str | bytes | bytearray):
        return (type(value).__name__, bytes(value) if isinstance(value, bytearray) else value)
    if isinstance(value, int | float | Decimal):
        return (
            "number",
            value if isinstance(value, int) or (isinstance(value, float) and math.isinf(value)) else Decimal(value),
        )
    return ("moment", pd.Timestamp(value).to_datetime64().astype("datetime64[us]").item())


def moments_of(column: np.ndarray[Any, Any]) -> list[Any]:
    """Return the values of a column, moments as such."""
    return list(column.astype("datetime64[us]")) if column.dtype.kind == "M" else column.tolist()


@settings(max_examples=200, deadline=None)
@given(SCHEMAS, st.none() | SCHEMAS)
def test_every_signature_is_read_as_it_was_written(inputs: Schema, outputs: Schema | None) -> None:
    signature = ModelSignature(inputs, outputs)

    again = ModelSignature.from_dict(json.loads(json.dumps(signature.to_dict())))

    assert again == signature
    assert again.to_dict() == signature.to_dict()


SPECS = st.sampled_from(
    [*("type", "name", "required", "optional", "items", "values", "properties"), *("tensor-spec", "dtype", "shape")]
)
KINDS = st.sampled_from(["long", "array", "map", "object", "tensor", "any", "float64", "string"])
SPEC_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | KINDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SPECS, inner, max_size=5),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(SPEC_JSON)
def test_text_is_a_signature_or_refused(value: Any) -> None:
    for reader in (Schema.from_json, ParamSchema.from_json):
        for text in (json.dumps(value), json.dumps([value])):
            with suppress(InvalidParameterValue):
                again = reader(text)
                assert reader(again.to_json()) == again


@settings(max_examples=400, deadline=None)
@given(ARRAYS, PLAIN, st.booleans())
def test_a_column_arrives_with_the_same_values_or_not_at_all(column: Any, kind: DataType, required: Any) -> None:
    schema = Schema([ColSpec(kind, "a", required)])

    with suppress(InvalidParameterValue):
        found = enforce_columns({"a": column}, schema)["a"]

        given_values = moments_of(column)
        if kind is DataType.datetime and any(isinstance(value, str) for value in given_values):
            return
        if kind is DataType.double and any(isinstance(value, Decimal) for value in given_values):
            return
        assert list(map(exact, moments_of(found))) == list(map(exact, given_values))
        assert found.dtype == kind.to_numpy() or not required or found.dtype == object


@settings(max_examples=150, deadline=None)
@given(ARRAYS, PLAIN, st.booleans())
def test_frames_and_columns_are_enforced_alike(column: Any, kind: DataType, required: Any) -> None:
    schema = Schema([ColSpec(kind, "a", required)])
    frame = pd.DataFrame({"a": pd.Series(column, dtype=object if column.dtype.kind in "OU" else None)})
    results: list[Any] = []

    for call in (
        lambda: enforce_columns({"a": column}, schema)["a"],
        lambda: enforce_schema(frame, schema)["a"].to_numpy(),
    ):
        try:
            results.append(list(map(exact, moments_of(call()))))
        except InvalidParameterValue as error:
            results.append(error.message.partition("Error: ")[2].replace("object", "str"))

    assert isinstance(results[0], str) == isinstance(results[1], str)
    if not isinstance(results[0], str):
        assert results[0] == results[1]


VALUES = [
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=4),
    st.booleans(),
    st.binary(max_size=4),
    st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1)),
    st.lists(st.integers(-5, 5), min_size=1, max_size=3),
    st.fixed_dictionaries({"x": st.text(max_size=2)}, optional={"y": st.floats()}),
]


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Make a frame of columns of one type each, some with gaps."""
    rows = draw(st.integers(1, 5))
    columns = {}
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        values = draw(st.sampled_from(VALUES))
        items = draw(st.lists(values | st.none() if draw(st.booleans()) else values, min_size=rows, max_size=rows))
        columns[name] = pd.Series(items, dtype=draw(st.sampled_from([object, None])))
    return pd.DataFrame(columns)


@settings(max_examples=150, deadline=None)
@given(frames())
def test_data_fits_the_signature_that_was_inferred_from_it(frame: pd.DataFrame) -> None:
    schema = infer_schema(frame)

    found = enforce_schema(frame, schema)

    assert found.columns.tolist() == frame.columns.tolist()
    assert len(found) == len(frame)


@settings(max_examples=200, deadline=None)
@given(OBJECTS, SCHEMAS)
def test_any_data_fits_any_signature_or_is_refused(data: Any, schema: Schema) -> None:
    with suppress(InvalidParameterValue):
        enforce_schema(data, schema)


@settings(max_examples=200, deadline=None)
@given(st.lists(OBJECTS, min_size=1, max_size=4), TYPES, st.booleans())
def test_any_cells_fit_any_type_or_are_refused(cells: list[Any], kind: Any, required: Any) -> None:
    frame = pd.DataFrame({"a": pd.Series(cells, dtype=object)})

    with suppress(InvalidParameterValue):
        enforce_schema(frame, Schema([ColSpec(kind, "a", required)]))


@settings(max_examples=200, deadline=None)
@given(JSON, COLUMN_SCHEMAS, st.lists(NAMES, max_size=4))
def test_any_request_becomes_columns_or_is_refused(value: Any, schema: Schema, names: list[str]) -> None:
    rows = value if isinstance(value, list) else [value]
    wanted = [str(name) for name in schema.names]
    calls: list[Request] = [
        lambda: columns_from_json(value, schema),
        lambda: columns_from_records(value, schema),
        lambda: columns_from_records([dict.fromkeys(wanted, item) for item in rows], schema),
        lambda: columns_from_split(value, schema),
        lambda: columns_from_split({"columns": names, "data": rows}, schema),
        lambda: columns_from_split({"columns": wanted, "data": [[item] * len(wanted) for item in rows]}, schema),
    ]

    for call in calls:
        with suppress(InvalidParameterValue):
            found = call()
            assert len({len(column) for column in found.values()}) <= 1


@settings(max_examples=200, deadline=None)
@given(JSON, TENSOR_SCHEMAS)
def test_any_request_becomes_tensors_or_is_refused(value: Any, schema: Schema) -> None:
    for given_value in (value, dict.fromkeys(schema.names, value)):
        with suppress(InvalidParameterValue):
            found = tensors_from_json(given_value, schema)
            arrays = list(found.values()) if isinstance(found, dict) else [found]
            assert [array.ndim for array in arrays] == [len(spec.shape) for spec in schema.inputs]


@settings(max_examples=200, deadline=None)
@given(OBJECTS)
def test_any_data_has_a_signature(data: Any) -> None:
    with suppress(InvalidParameterValue):
        signature = infer_signature(data)
        assert ModelSignature.from_dict(signature.to_dict()) == signature
    with suppress(InvalidParameterValue):
        infer_signature(params=data)


@settings(max_examples=200, deadline=None)
@given(OBJECTS, st.sampled_from([kind for kind in DataType if kind is not DataType.binary]), st.booleans())
def test_any_param_fits_or_is_refused(value: Any, kind: DataType, is_list: Any) -> None:
    schema = ParamSchema([ParamSpec("p", kind, [] if is_list else None, (-1,) if is_list else None)])

    with suppress(InvalidParameterValue):
        found = enforce_params({"p": value}, schema)["p"]
        assert isinstance(found, list) == is_list
        again = ParamSchema([ParamSpec("p", kind, found, (-1,) if is_list else None)])
        assert ParamSchema.from_json(again.to_json()) == again
