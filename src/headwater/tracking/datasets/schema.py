"""Schemas of data: the type of every column, or the shape of every tensor, in MLflow's spelling."""

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy
    import pandas
    import polars
    import pyarrow

Spec: TypeAlias = dict[str, Any]
"""One type as JSON: `{"type": "long"}`, `{"type": "array", "items": …}` or `{"type": "object", "properties": …}`."""

ANY: Spec = {"type": "any"}

_KINDS = {"b": "boolean", "S": "binary", "U": "string", "M": "datetime"}
_NUMBERS = {
    **dict.fromkeys(("int8", "int16", "int32", "uint8", "uint16"), "integer"),
    **dict.fromkeys(("int64", "uint32"), "long"),
    **dict.fromkeys(("float16", "float32"), "float"),
    "float64": "double",
}
_SCALARS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    (int, "long"),
    (float, "double"),
    (str, "string"),
    ((bytes, bytearray), "binary"),
    ((datetime.date, datetime.datetime), "datetime"),
)
_POLARS = {
    **dict.fromkeys(("Int8", "Int16", "Int32", "UInt8", "UInt16"), "integer"),
    **dict.fromkeys(("Int64", "UInt32"), "long"),
    **dict.fromkeys(("String", "Categorical", "Enum"), "string"),
    **dict.fromkeys(("Date", "Datetime"), "datetime"),
    "Float32": "float",
    "Float64": "double",
    "Boolean": "boolean",
    "Binary": "binary",
}


class UnknownType(Exception):  # caught by every caller here, never seen outside
    """Say that some value has no type in the schema's language."""


@dataclass(frozen=True)
class Schema:
    """The schema of a dataset: `columns` in order, or the tensors of `features` and `targets`."""

    columns: tuple[Spec, ...] | None = None
    features: tuple[Spec, ...] | None = None
    targets: tuple[Spec, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the schema as it is logged."""
        if self.columns is not None:
            return {"mlflow_colspec": list(self.columns)}
        tensors = {"features": self.features, "targets": self.targets}
        return {
            "mlflow_tensorspec": {
                name: None if specs is None else json.dumps(list(specs)) for name, specs in tensors.items()
            }
        }

    def to_json(self) -> str:
        """Return the schema as JSON."""
        return json.dumps(self.to_dict())


def infer_pandas(df: "pandas.DataFrame") -> Schema | None:
    """Return the schema of a frame, None if a column has values that no type covers."""
    if not len(df.columns) or df.columns.has_duplicates:
        return None
    try:
        return Schema(tuple(pandas_column(name, df[name]) for name in df.columns))
    except UnknownType:
        return None


def infer_polars(df: "polars.DataFrame") -> Schema | None:
    """Return the schema of a frame, None if a column's type has no name here."""
    if not df.columns:
        return None
    try:
        return Schema(
            tuple({**polars_type(dtype), "name": name, "required": True} for name, dtype in df.schema.items())
        )
    except UnknownType:
        return None


def infer_arrow(table: "pyarrow.Table") -> Schema | None:
    """Return the schema of a table, None if a column's type has no name here."""
    if not table.num_columns:
        return None
    try:
        return Schema(
            tuple(
                {**arrow_type(field.type), "name": field.name, "required": not column.null_count}
                for field, column in zip(table.schema, table.columns, strict=True)
            )
        )
    except UnknownType:
        return None


def infer_tensors(
    features: "numpy.ndarray[Any, Any] | Mapping[str, numpy.ndarray[Any, Any]]",
    targets: "numpy.ndarray[Any, Any] | Mapping[str, numpy.ndarray[Any, Any]] | None",
) -> Schema | None:
    """Return the schema of arrays, None if one has no dimension."""
    try:
        return Schema(features=_tensors(features), targets=None if targets is None else _tensors(targets))
    except UnknownType:
        return None


def _tensors(arrays: Any) -> tuple[Spec, ...]:
    if isinstance(arrays, Mapping):
        return tuple({"name": name, **_tensor(array)} for name, array in arrays.items())
    return (_tensor(arrays),)


def _tensor(array: "numpy.ndarray[Any, Any]") -> Spec:
    if not array.ndim:
        raise UnknownType
    dtype = {"U": "str", "S": "bytes"}.get(array.dtype.kind, array.dtype.name)
    return {"type": "tensor", "tensor-spec": {"dtype": dtype, "shape": [-1, *array.shape[1:]]}}


def pandas_column(name: object, column: "pandas.Series[Any]") -> Spec:
    """Return the type, name and completeness of a column; raise `UnknownType` if no type covers its values."""
    is_complete = not column.isna().any()
    dtype: Any = getattr(column.dtype, "categories", column).dtype  # a category has the type of its values
    dtype = getattr(dtype, "numpy_dtype", dtype)
    if str(dtype) in {"str", "string"}:
        spec = {"type": "string"}
    elif getattr(dtype, "kind", "O") != "O":
        spec = numpy_type(dtype)
    else:
        spec = _object_type(column, is_complete=is_complete)
    return {**spec, "name": name, "required": is_complete}


def _object_type(column: "pandas.Series[Any]", *, is_complete: bool) -> Spec:
    if column.empty:
        return {"type": "string"}
    present = column.dropna()
    if present.empty:
        return ANY
    plain = present.infer_objects().dtype
    if str(plain) in {"str", "string"}:
        return {"type": "string"}
    if plain.kind != "O":
        spec = numpy_type(plain)
        return {"type": "double"} if spec["type"] == "long" and not is_complete else spec  # as pandas holds gaps
    spec = merge_all(map(value_type, present))
    if spec["type"] == "object" and not is_complete:
        return _merge(spec, {"type": "object", "properties": {}})  # a row without it lacks every property
    return spec


def value_type(value: Any) -> Spec:
    """Return the type of one value, however nested; raise `UnknownType` if there is none."""
    if value is None:
        return ANY
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise UnknownType
        properties = {key: {**value_type(item), "required": item is not None} for key, item in sorted(value.items())}
        return {"type": "object", "properties": properties} if properties else ANY
    dtype = getattr(value, "dtype", None)
    if dtype is not None and dtype.kind != "O":
        return _nest(numpy_type(dtype), value.ndim)
    if dtype is not None or isinstance(value, list):
        items = merge_all(map(value_type, value))
        return {"type": "array", "items": items} if len(value) else ANY
    for kinds, name in _SCALARS:
        if isinstance(value, kinds):
            return {"type": name}
    raise UnknownType


def _nest(spec: Spec, depth: int) -> Spec:
    return {"type": "array", "items": _nest(spec, depth - 1)} if depth else spec


def numpy_type(dtype: Any) -> Spec:
    """Return the type of a NumPy array's values; raise `UnknownType` if there is none."""
    name = _KINDS.get(dtype.kind) or _NUMBERS.get(dtype.name)
    if name is None:
        raise UnknownType
    return {"type": name}


def merge_all(specs: Iterable[Spec]) -> Spec:
    """Return the type that covers all; raise `UnknownType` if there is none."""
    merged = ANY
    for spec in specs:
        merged = _merge(merged, spec)
    return merged


def _merge(left: Spec, right: Spec) -> Spec:
    """Return the type that covers both; what is present in one only is not required."""
    if left == right or right["type"] == "any":
        return left
    if left["type"] == "any":
        return right
    if left["type"] == right["type"] == "array":
        return {"type": "array", "items": _merge(left["items"], right["items"])}
    if left["type"] == right["type"] == "object":
        return {"type": "object", "properties": _merge_properties(left["properties"], right["properties"])}
    raise UnknownType


def _merge_properties(left: dict[str, Spec], right: dict[str, Spec]) -> dict[str, Spec]:
    merged: dict[str, Spec] = {}
    for key in sorted({*left, *right}):
        one, other = left.get(key), right.get(key)
        if one is None or other is None:
            merged[key] = {**(one or other or ANY), "required": False}
        else:
            merged[key] = {**_merge(_bare(one), _bare(other)), "required": one["required"] and other["required"]}
    return merged


def _bare(spec: Spec) -> Spec:
    return {key: value for key, value in spec.items() if key != "required"}


def polars_type(dtype: Any) -> Spec:
    """Return the type of a polars column's values; raise `UnknownType` if there is none."""
    name = type(dtype).__name__ if not isinstance(dtype, type) else dtype.__name__
    if name in {"List", "Array"}:
        return {"type": "array", "items": polars_type(dtype.inner)}
    if name == "Struct":
        properties = {
            field.name: {**polars_type(field.dtype), "required": True}
            for field in sorted(dtype.fields, key=_field_name)
        }
        return {"type": "object", "properties": properties}
    if name not in _POLARS:
        raise UnknownType
    return {"type": _POLARS[name]}


def arrow_type(dtype: Any) -> Spec:
    """Return the type of an Arrow column's values; raise `UnknownType` if there is none."""
    from pyarrow import types  # loaded already by whoever has a table

    if types.is_list(dtype) or types.is_large_list(dtype) or types.is_fixed_size_list(dtype):
        return {"type": "array", "items": arrow_type(dtype.value_type)}
    if types.is_struct(dtype):
        properties = {
            field.name: {**arrow_type(field.type), "required": True} for field in sorted(dtype, key=_field_name)
        }
        return {"type": "object", "properties": properties}
    if types.is_dictionary(dtype):
        return arrow_type(dtype.value_type)
    if types.is_string(dtype) or types.is_large_string(dtype):
        return {"type": "string"}
    if types.is_binary(dtype) or types.is_large_binary(dtype) or types.is_fixed_size_binary(dtype):
        return {"type": "binary"}
    if types.is_date(dtype) or types.is_timestamp(dtype):
        return {"type": "datetime"}
    try:
        return numpy_type(_numpy_dtype(dtype))
    except (NotImplementedError, TypeError) as error:
        raise UnknownType from error


def _numpy_dtype(dtype: Any) -> Any:
    import numpy as np

    return np.dtype(dtype.to_pandas_dtype())


def _field_name(field: Any) -> str:
    name: str = field.name
    return name
