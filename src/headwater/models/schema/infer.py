"""Infer signatures from data: frames of pandas, polars and Arrow, arrays, tensors, dictionaries, lists and values."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from headwater.models.schema.data_types import DataType, Object, ValueType, type_from_json
from headwater.models.schema.fitting import is_missing
from headwater.models.schema.kinds import (
    is_arrow_table,
    is_foreign_tensor,
    is_frame,
    is_polars_frame,
    is_pydantic,
    is_series,
    is_sparse,
)
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import AnyType, ColSpec, Name, ParamSchema, ParamSpec, Schema, TensorSpec
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.datasets.schema import (
    ANY,
    Spec,
    UnknownType,
    arrow_type,
    merge_all,
    numpy_type,
    pandas_column,
    polars_type,
    value_type,
)

_logger = logging.getLogger(__name__)
_NUMPY_NAMES = {"bfloat16": "float32"}


def infer_signature(model_input: Any = None, model_output: Any = None, params: Any = None) -> ModelSignature:
    """Return the signature of a model that takes data such as `model_input` and `params`, and gives `model_output`.

    Columns without missing values are required. What no type covers is `any`, with a warning that names it.

    Raises `InvalidParameterValue` if nothing is given, if two columns share a name, or if a param has no type.

    Example:
        >>> infer_signature({"age": 31, "city": "Rome"}, [0.5]).inputs
        ['age': long (required), 'city': string (required)]
    """
    return ModelSignature(
        None if model_input is None else infer_schema(model_input),
        None if model_output is None else infer_schema(model_output),
        None if params is None or params == {} else infer_params(params),
    )


def infer_from_example(example: Any, prediction: Any, params: Any = None) -> ModelSignature:
    """Return the signature that an input example and what a model made of it have; raise as `infer_signature` does.

    It is that of `infer_signature`, but one value for each row of columns is a column, too, although it is an array.
    """
    found = infer_signature(example, prediction, params)
    is_row_of_values = isinstance(prediction, np.ndarray) and prediction.ndim == 1
    if not is_row_of_values or found.inputs is None or found.inputs.is_tensor_spec():
        return found
    if prediction.dtype.kind == "O":
        return ModelSignature(found.inputs, _from_list(prediction.tolist()), found.params)
    return ModelSignature(found.inputs, Schema([_column(None, numpy_type, prediction.dtype)]), found.params)


def infer_schema(data: Any) -> Schema:
    """Return the schema of data: tensors for arrays, else columns; raise as `infer_signature` does."""
    for matches, infer in _INFERRERS:
        if matches(data):
            return infer(data)
    return Schema([_column(None, _json_type, data)])


def _column(name: Name | None, infer: Callable[..., Spec], *arguments: Any, required: bool = True) -> ColSpec:
    """Return the column whose type `infer` finds."""
    try:
        spec = {"required": required, **infer(*arguments)}
    except UnknownType:
        place = "the data" if name is None else f"column '{name}'"
        _logger.warning("No type covers all values of %s: the signature says 'any'.", place)
        return ColSpec(AnyType(), name, required)
    return ColSpec(type_from_json(spec), name, spec["required"] or name is None)


def _from_frame(data: Any) -> Schema:
    if data.ndim == 1:
        return Schema([_column(data.name, pandas_column, data.name, data)])
    names = data.columns.tolist()
    double = [name for name in names if names.count(name) > 1]
    if double:
        raise InvalidParameterValue(f"Several columns are named '{double[0]}'. Rename or drop all but one.")
    if not names:
        return Schema([ColSpec(AnyType())])
    return Schema([_column(name, pandas_column, name, data[name]) for name in names])


def _from_polars(data: Any) -> Schema:
    frame = data.collect() if hasattr(data, "collect") else data
    return Schema(
        [
            _column(name, polars_type, dtype, required=not frame[name].null_count())
            for name, dtype in frame.schema.items()
        ]
    )


def _from_arrow(data: Any) -> Schema:
    return Schema(
        [
            _column(field.name, arrow_type, field.type, required=not column.null_count)
            for field, column in zip(data.schema, data.columns, strict=True)
        ]
    )


def _from_series(data: Any) -> Schema:
    """Take a column of polars, or an index of pandas."""
    if hasattr(data, "to_series"):
        return _from_frame(data.to_series())
    return Schema([_column(data.name or None, polars_type, data.dtype, required=not data.null_count())])


def _from_tensor(data: Any) -> Schema:
    return Schema([tensor_of(data)])


def tensor_of(data: Any, name: Name | None = None) -> TensorSpec:
    """Return the type and shape of an array, a sparse matrix or a framework's tensor; the first length may vary."""
    dtype = data.dtype
    if not isinstance(dtype, np.dtype):
        text = getattr(dtype, "name", None) or str(dtype).rpartition(".")[2]
        dtype = np.dtype(_NUMPY_NAMES.get(text, text))
    if dtype.kind in "US":
        dtype = np.dtype("str" if dtype.kind == "U" else "bytes")
    return TensorSpec(dtype, (-1, *(int(size) for size in data.shape[1:])), name)


def _is_tensor(data: Any) -> bool:
    return (isinstance(data, np.ndarray) or is_sparse(data) or is_foreign_tensor(data)) and len(data.shape) > 0


def _from_dict(data: Mapping[Any, Any]) -> Schema:
    if data and all(map(_is_tensor, data.values())):
        return Schema([tensor_of(value, name) for name, value in data.items()])
    if not data or not all(isinstance(name, str) for name in data):
        return Schema([ColSpec(AnyType())])
    return Schema([_column(name, _json_type, data[name], required=not is_missing(data[name])) for name in data])


def _from_list(data: list[Any]) -> Schema:
    if not data:
        return Schema([ColSpec(DataType.string)])
    column = _column(None, _item_type, data)
    if isinstance(column.type, Object) and all(isinstance(item, Mapping) for item in data):
        properties = {item.name: item for item in column.type.properties}
        names = dict.fromkeys(str(name) for item in data for name in item)
        return Schema([ColSpec(properties[name].dtype, name, properties[name].required) for name in names])
    return Schema([column])


def _from_pydantic(data: Any) -> Schema:
    return infer_schema(data.model_dump())


def _item_type(items: list[Any]) -> Spec:
    """Return the type of a list's items; None among dictionaries lacks every property."""
    present = [item for item in items if not is_missing(item)]
    merged = merge_all(map(_json_type, present))
    if merged["type"] == "object" and len(present) < len(items):
        return merge_all([merged, {"type": "object", "properties": {}}])
    return merged


def _json_type(value: Any) -> Spec:
    if is_pydantic(value):
        value = value.model_dump()
    return ANY if is_missing(value) else value_type(value)


_INFERRERS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Schema]], ...] = (
    (is_frame, _from_frame),
    (_is_tensor, _from_tensor),
    (is_polars_frame, _from_polars),
    (is_arrow_table, _from_arrow),
    (is_series, _from_series),
    (is_pydantic, _from_pydantic),
    (lambda data: isinstance(data, Mapping), _from_dict),
    (lambda data: isinstance(data, list), _from_list),
)


def infer_params(params: Any) -> ParamSchema:
    """Return the schema of params with these defaults; raise `InvalidParameterValue` for one that has no type.

    Example:
        >>> infer_params({"temperature": 0.5, "stop": ["end"]})
        ['temperature': double (default: 0.5), 'stop': string (default: ['end']) (shape: (-1,))]
    """
    if not isinstance(params, Mapping):
        raise InvalidParameterValue(f"Expected parameters to be dict, got {type(params).__name__}. Give a dictionary.")
    return ParamSchema([_param(str(name), value) for name, value in params.items()])


def _param(name: str, value: Any) -> ParamSpec:
    try:
        if isinstance(value, Mapping):
            return ParamSpec(name, _object_type(value), dict(value))
        if isinstance(value, list | np.ndarray):
            return _list_param(name, value)
        if isinstance(value, tuple | set) or value is None or is_frame(value):
            raise InvalidParameterValue(f"Expected parameters to be 1D array or scalar, got {type(value).__name__}")
        return ParamSpec(name, _plain_type(value), value)
    except (InvalidParameterValue, UnknownType) as error:
        reason = str(error) or f"no type covers '{value}'"
        raise InvalidParameterValue(
            f"Failed to infer schema for parameters: [('{name}', {value!r}, '{reason}')]"
        ) from error


def _list_param(name: str, items: Any) -> ParamSpec:
    if isinstance(items, np.ndarray):
        if items.ndim != 1:
            raise InvalidParameterValue(f"Expected parameters to be 1D array or scalar, got {items.ndim}D array")
        items = items.tolist() if items.dtype.kind == "O" else list(items)
    if any(isinstance(item, list | tuple | np.ndarray) for item in items):
        raise InvalidParameterValue("Expected parameters to be 1D array or scalar, got 2D array")
    if not items:
        return ParamSpec(name, DataType.string, [], (-1,))
    specs = [value_type(item) for item in items]
    is_number = all(spec["type"] in ("long", "double") for spec in specs)
    spec = {"type": "double"} if is_number and {"type": "double"} in specs else merge_all(specs)
    return ParamSpec(name, _plain(type_from_json(spec)), items, (-1,))


def _object_type(value: Mapping[str, Any]) -> Object:
    kind = type_from_json(value_type(value))
    if not isinstance(kind, Object):
        raise InvalidParameterValue("an empty dictionary has no type")
    return kind


def _plain_type(value: Any) -> DataType:
    return _plain(type_from_json(value_type(value)))


def _plain(kind: ValueType) -> DataType:
    if not isinstance(kind, DataType):
        raise InvalidParameterValue(f"a param cannot have the type {kind!r}")
    return kind
