"""From parsed JSON straight to NumPy columns or tensors of a schema's types, without a frame in between.

JSON has one kind of number, no moments and no bytes, so more is converted than from Python: 1.0 is a long, and a text
may be a number, a moment or base64.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

import numpy as np

from headwater.models.schema.columns import Columns, columns_from_dict, columns_from_list
from headwater.models.schema.data_types import DataType
from headwater.models.schema.enforce import enforcing
from headwater.models.schema.fitting import Column, is_missing
from headwater.models.schema.misfit import Misfit, show
from headwater.models.schema.nested import as_objects, fit_column
from headwater.models.schema.selecting import in_column, select_specs
from headwater.models.schema.tensors import check_tensor
from headwater.models.schema.types import ColSpec, Name, Schema, TensorSpec, dtype_name
from headwater.protocol.errors import InvalidParameterValue, SchemaEnforcementFailed

_FLOATS = (DataType.float, DataType.double)
_TRUTHS = {0: False, 1: True}


def columns_from_records(records: Any, schema: Schema) -> Columns:
    """Return the columns that `schema` wants of a list of JSON objects, one a row.

    Raises `SchemaEnforcementFailed` for what does not fit, `InvalidParameterValue` if these are no records.

    Example:
        >>> from headwater.models.schema.types import ColSpec, Schema
        >>> columns_from_records([{"a": 1}, {"a": None}], Schema([ColSpec("double", "a")]))
        {'a': array([ 1., nan])}
    """
    if not isinstance(records, list) or set(map(type, records)) - {dict}:
        kind = "dictionary" if isinstance(records, dict) else "another value"
        raise InvalidParameterValue(f"Dataframe records format must be a list of records. Got {kind}.")
    names = list(dict.fromkeys(chain.from_iterable(records))) if records else list(schema.names)
    return _cast_columns(names, lambda name, _: [record.get(name) for record in records], schema, records)


def columns_from_split(split: Any, schema: Schema) -> Columns:
    """Return the columns that `schema` wants of `{"columns": [...], "data": [[...], ...]}`; an index is left out.

    Raises as `columns_from_records` does.

    Example:
        >>> from headwater.models.schema.types import ColSpec, Schema
        >>> columns_from_split({"columns": ["a"], "data": [[1.0]]}, Schema([ColSpec("long", "a")]))
        {'a': array([1])}
    """
    if not isinstance(split, dict):
        kind = "list" if isinstance(split, list) else "another value"
        raise InvalidParameterValue(f"Dataframe split format must be a dictionary. Got {kind}.")
    rows = split.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise _not_split("'data' must be a list of rows, each a list")
    names = split.get("columns")
    names = list(range(len(rows[0]) if rows else len(schema.inputs))) if names is None else names
    if not isinstance(names, list) or not all(isinstance(name, str | int) for name in names):
        raise _not_split("'columns' must be a list of names")
    wrong = [index for index, row in enumerate(rows) if len(row) != len(names)]
    if wrong:
        raise _not_split(f"{len(names)} columns are named, but row {wrong[0]} has {len(rows[wrong[0]])} values")
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return _cast_columns(names, lambda _, place: list(columns[place]), schema, rows)


def _not_split(reason: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        "Invalid input. Provided dataframe_split field is not a valid dataframe representation in 'split' format. "
        f"Error: {reason}."
    )


def columns_from_json(value: Any, schema: Schema) -> Columns:
    """Return the columns that `schema` wants of any JSON: an object of lists or values, a list, or a value.

    Texts stay texts in binary columns. Raises `SchemaEnforcementFailed` for what does not fit.

    Example:
        >>> from headwater.models.schema.types import ColSpec, Schema
        >>> columns_from_json({"a": [1, 2], "b": "x"}, Schema([ColSpec("long", "a"), ColSpec("string", "b")]))
        {'a': array([1, 2]), 'b': array(['x', 'x'], dtype=object)}
    """
    with enforcing(value, schema):
        if isinstance(value, dict):
            columns = columns_from_dict(value, schema)
        else:
            columns = columns_from_list(value if isinstance(value, list) else [value], schema)
    return _cast_columns(list(columns), lambda name, _: columns[name].tolist(), schema, value, has_base64=False)


def _cast_columns(
    names: Sequence[Name], pick: Callable[[Name, int], list[Any]], schema: Schema, data: Any, *, has_base64: bool = True
) -> Columns:
    found: Columns = {}
    with enforcing(data, schema):
        places = {name: place for place, name in enumerate(names)}
        for name, spec in select_specs(names, schema):
            found[name] = _cast_column(name, pick(name, places[name]), spec, has_base64=has_base64)
    return found


def _cast_column(name: Name, values: list[Any], spec: ColSpec, *, has_base64: bool) -> Column:
    try:
        return cast_json(values, spec, has_base64=has_base64)
    except Misfit as misfit:
        wanted = dtype_name(spec.type.to_numpy()) if isinstance(spec.type, DataType) else spec.type
        located = in_column(misfit, name, spec)
        raise SchemaEnforcementFailed(
            f"Invalid input. Data is not compatible with model signature. Failed to convert column {name} to type "
            f"'{wanted}'. Error: {misfit.reason} {located.fix}".rstrip()
        ) from None


def cast_json(values: list[Any], spec: ColSpec, *, has_base64: bool = True) -> Column:
    """Return the values of one column as its type; raise `Misfit` at the first that does not fit."""
    kind = spec.type
    if not isinstance(kind, DataType):
        return fit_column(as_objects(values), kind, required=spec.required)
    if kind in _FLOATS:
        return _cast_floats(values, kind)
    kinds = set(map(type, values))
    if kinds == {int} and kind in (DataType.integer, DataType.long):
        with suppress(OverflowError):
            return np.array(values, kind.to_numpy())
    reader = _READERS.get(kind)
    if reader and not kinds <= _PLAIN[kind] and (has_base64 or kind is not DataType.binary):
        values = _read_each(values, reader, kind)
    elif kind is DataType.binary and has_base64:
        values = _read_each(values, _read_base64, kind)
    return fit_column(as_objects(values), kind, required=spec.required, is_loose=True)


def _cast_floats(values: list[Any], kind: DataType) -> Column:
    try:
        with np.errstate(over="raise"):
            found = np.array(values, kind.to_numpy())
        if found.ndim == 1:
            return found
    except (ValueError, TypeError, OverflowError, FloatingPointError):
        pass
    return np.array(_read_each(values, _read_float(kind), kind), kind.to_numpy())


def _read_each(values: list[Any], read: Callable[[Any], Any], kind: DataType) -> list[Any]:
    found = []
    for index, value in enumerate(values):
        try:
            found.append(None if is_missing(value) else read(value))
        except (ValueError, TypeError, OverflowError, KeyError):
            fix = f"Send a value of type {kind.name}."
            name = dtype_name(kind.to_numpy())
            raise Misfit(
                f"Can not safely convert {type(value).__name__} to {name}.", index, got=show(value), fix=fix
            ) from None
    return found


def _read_float(kind: DataType) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if not isinstance(value, int | float | str):
            raise TypeError
        with np.errstate(over="raise"):
            try:
                return float(kind.to_numpy().type(float(value)))
            except FloatingPointError as error:
                raise OverflowError from error

    return read


def _read_int(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError
    if not isinstance(value, int | float | str):
        raise TypeError
    return int(value)


def _read_bool(value: Any) -> bool:
    if isinstance(value, str):
        raise TypeError
    return _TRUTHS[value]


def _read_moment(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    return np.datetime64(value, "ns") if isinstance(value, int) else value


def _read_base64(value: Any) -> bytes:
    if not isinstance(value, str):
        raise TypeError
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error as error:
        raise ValueError from error


_READERS: dict[DataType, Callable[[Any], Any]] = {
    DataType.integer: _read_int,
    DataType.long: _read_int,
    DataType.boolean: _read_bool,
    DataType.datetime: _read_moment,
    DataType.binary: _read_base64,
}
_PLAIN: dict[DataType, set[type]] = {
    DataType.integer: {int},
    DataType.long: {int},
    DataType.boolean: {bool},
    DataType.datetime: {str, type(None)},
    DataType.binary: {str, type(None)},
}


def tensors_from_json(value: Any, schema: Schema) -> Any:
    """Return the tensors that `schema` wants of JSON: an array for one without a name, else a dictionary of arrays.

    Named tensors are given as an object of lists, or as a list of objects, one a row; a single one needs no name.
    Raises `SchemaEnforcementFailed` for what does not fit.

    Example:
        >>> import numpy as np
        >>> from headwater.models.schema.types import Schema, TensorSpec
        >>> tensors_from_json([[1, 2]], Schema([TensorSpec(np.dtype("float32"), (-1, 2))]))
        array([[1., 2.]], dtype=float32)
    """
    with enforcing(value, schema):
        if not schema.has_input_names():
            return check_tensor(cast_tensor(value, schema.inputs[0]), schema.inputs[0])
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            value = {name: [item.get(name) for item in value] for name in value[0]}
        if not isinstance(value, dict) and len(schema.inputs) == 1:
            value = {schema.names[0]: value}
        if not isinstance(value, dict):
            raise Misfit(f"Model is missing inputs {list(schema.names)}.", fix="Send an object with these keys.")
        missing = [name for name in schema.names if name not in value]
        if missing:
            raise Misfit(f"Model is missing inputs {missing}.", fix="Send them.")
        return {spec.name: check_tensor(cast_tensor(value[spec.name], spec), spec) for spec in schema.inputs}


def cast_tensor(value: Any, spec: TensorSpec) -> Column:
    """Return JSON as an array of a tensor's type, of whatever shape; raise `Misfit` if it does not fit."""
    reason = f"Invalid input. Failed to convert data to type `{spec!r}` defined in the model signature."
    if isinstance(value, dict):
        raise Misfit(reason, fix="Send a list, not an object.")
    try:
        natural = np.array(value)
        if not _can_become(natural, spec.type.kind):
            raise Misfit(reason, fix=_TENSOR_HINTS.get(spec.type.kind, ""))
        with np.errstate(over="raise"):
            return np.array(value, spec.type)
    except (ValueError, TypeError, OverflowError, FloatingPointError) as error:
        raise Misfit(f"{reason} NumPy says: {str(error).partition('. ')[0].rstrip('.')}.") from error


def _can_become(natural: Column, kind: str) -> bool:
    """Tell whether values lose nothing as this kind of tensor; NumPy would cut fractions off and spell numbers out."""
    if not natural.size or kind == "O":
        return True
    if kind in "US":
        return natural.dtype.kind == "U"
    if kind == "b":
        return natural.dtype.kind in "biuf" and bool(np.isin(natural, (0, 1)).all())
    if kind in "iu" and natural.dtype.kind == "f":
        return bool((np.floor(natural) == natural).all())
    return kind not in "mMV" or natural.dtype.kind == "U"


_TENSOR_HINTS = {
    **dict.fromkeys("iu", "Send whole numbers."),
    **dict.fromkeys("US", "Send texts."),
    "b": "Send true and false.",
}
