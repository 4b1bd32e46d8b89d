"""Enforcement on columns: a mapping from names to NumPy arrays. Neither pandas nor a frame is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

import numpy as np

from headwater.models.schema.data_types import AnyType, Array, Map, Object, SparkMLVector, ValueType
from headwater.models.schema.fitting import Column
from headwater.models.schema.kinds import is_series
from headwater.models.schema.misfit import Misfit
from headwater.models.schema.nested import as_objects, fit_column
from headwater.models.schema.selecting import in_column, select_specs
from headwater.models.schema.types import Name, Schema

Columns: TypeAlias = dict[Name, Column]


def fit_columns(columns: Mapping[Any, Column], schema: Schema, *, is_loose: bool = False) -> Columns:
    """Return the columns that a schema wants, in its order and of its types; raise `Misfit` if they do not fit.

    A schema without names takes columns by position and keeps their names. For `is_loose` see `fit_plain`.
    """
    found: Columns = {}
    for name, spec in select_specs(list(columns), schema):
        try:
            found[name] = fit_column(columns[name], spec.type, required=spec.required, is_loose=is_loose)
        except Misfit as misfit:
            raise in_column(misfit, name, spec) from None
    return found


def columns_from_dict(data: Mapping[Any, Any], schema: Schema) -> Columns:
    """Return the columns of a dictionary: of one row if no value is a list of rows for its type, else of those rows."""
    names = [name for name in data if name in schema.names] if schema.has_input_names() else list(data)
    specs = dict(zip(schema.names if schema.has_input_names() else names, schema.inputs, strict=False))
    types = {name: specs[name].type if name in specs else AnyType() for name in names}
    values = {name: np.asarray(data[name]) if is_series(data[name]) else data[name] for name in names}
    lengths = {name: len(values[name]) for name in names if _has_rows(values[name], types[name])}
    if len(set(lengths.values())) > 1:
        raise Misfit(f"The columns have different lengths: {lengths}.", fix="Give as many values for each.")
    rows = next(iter(lengths.values()), 1)
    found = {
        name: _as_column(value, name) if name in lengths else as_objects([value] * rows)
        for name, value in values.items()
    }
    extra = {name: as_objects([]) for name in data if name not in found}  # named in the error if others are missing
    return {**found, **extra}


def columns_from_list(data: Sequence[Any], schema: Schema) -> Columns:
    """Return the columns of a list: of records, of rows, or of the values of the only column."""
    single = schema.inputs[0].type if len(schema.inputs) == 1 and not schema.has_input_names() else None
    records = [] if isinstance(single, Object | Map) else _records(data)
    if records:
        names = list(dict.fromkeys(name for record in records for name in record))
        return {name: as_objects([record.get(name) for record in records]) for name in names}
    if single is None and data and all(isinstance(item, list | tuple | np.ndarray) for item in data):
        widths = {len(item) for item in data}
        if len(widths) > 1:
            raise Misfit(f"The rows have different lengths: {sorted(widths)}.", fix="Give as many values in each.")
        return {index: as_objects(list(values)) for index, values in enumerate(zip(*data, strict=True))}
    return {0: as_objects(list(data))} if data or single is not None else {}


def columns_from_array(data: Column, schema: Schema) -> Columns:
    """Return the columns of an array of one or two dimensions, named by its fields or by their positions."""
    if data.dtype.names and data.ndim == 1:
        return {name: np.asarray(data[name]) for name in data.dtype.names}
    if data.ndim == 1:
        return {0: data}
    if data.ndim == 2 and not (len(schema.inputs) == 1 and isinstance(schema.inputs[0].type, Array)):
        return {index: data[:, index] for index in range(data.shape[1])}
    if data.ndim >= 1:
        return {0: as_objects(list(data))}
    return {0: data.reshape(1)}


def _records(data: Sequence[Any]) -> list[Mapping[Any, Any]]:
    """Return a list's items by the names of their values, nothing if some have none."""
    if data and all(isinstance(item, Mapping) for item in data):
        return list(data)
    if data and all(hasattr(item, "_asdict") for item in data):  # named tuples
        return [item._asdict() for item in data]
    if data and all(is_series(item) and hasattr(item, "to_dict") for item in data):
        return [item.to_dict() for item in data]
    if data and all(is_dataclass(item) and not isinstance(item, type) for item in data):
        return [{each.name: getattr(item, each.name) for each in fields(item)} for item in data]
    return []


def _as_column(value: Any, name: Name) -> Column:
    if isinstance(value, np.ndarray) and value.dtype.kind != "O" and value.ndim == 1:
        return value
    if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1:] == (1,):
        raise Misfit(f"Column {name} has the shape {value.shape}.", fix="Flatten it with `.ravel()`.")
    return as_objects(list(value))


def _has_rows(value: Any, kind: ValueType) -> bool:
    if not isinstance(value, list | tuple | np.ndarray) or (isinstance(value, np.ndarray) and not value.ndim):
        return False
    return not isinstance(kind, Array | SparkMLVector) or _depth(value) > _type_depth(kind)


def _depth(value: Any) -> int:
    if isinstance(value, np.ndarray) and value.dtype.kind != "O":
        return value.ndim
    if not isinstance(value, list | tuple | np.ndarray):
        return 0
    return 1 + max((_depth(item) for item in value), default=0)


def _type_depth(kind: ValueType) -> int:
    return 1 + _type_depth(kind.dtype) if isinstance(kind, Array) else int(isinstance(kind, SparkMLVector))
