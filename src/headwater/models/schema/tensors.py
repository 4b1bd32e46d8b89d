"""Enforcement on tensors: types and shapes must be those of the signature."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from headwater.models.schema.fitting import Column
from headwater.models.schema.kinds import is_foreign_tensor, is_frame, is_sparse
from headwater.models.schema.misfit import Misfit
from headwater.models.schema.types import Name, Schema, TensorSpec, dtype_name


def fit_tensors(data: Any, schema: Schema) -> Any:
    """Return `data` as the tensors of a schema; raise `Misfit` if types, shapes or names differ.

    One unnamed tensor is given and returned as an array or a sparse matrix; named ones as a dictionary of arrays. A
    frame is taken for either.
    """
    if schema.has_input_names():
        return _fit_named(data, schema)
    spec = schema.inputs[0]
    if is_frame(data):
        data = _frame_values(data, spec)
    elif is_foreign_tensor(data):
        data = _to_numpy(data)
    if not isinstance(data, np.ndarray) and not is_sparse(data):
        raise Misfit(
            "This model contains a tensor-based model signature with no input names, which suggests a numpy array "
            "input or a pandas dataframe input with proper column values, but an input of type "
            f"{type(data)} was found.",
            fix="Convert it with `numpy.asarray(data, dtype)`.",
        )
    return check_tensor(data, spec)


def check_tensor(data: Any, spec: TensorSpec) -> Any:
    """Return the array itself; raise `Misfit` if its type or shape is not that of the spec."""
    dtype, shape = data.dtype, tuple(data.shape)
    same = dtype.kind == spec.type.kind if spec.type.kind in "US" else dtype == spec.type
    name = "" if spec.name is None else f"Tensor '{spec.name}': "
    if not same:
        raise Misfit(
            f"{name}dtype of input {dtype_name(dtype)} does not match expected dtype {dtype_name(spec.type)}.",
            fix=f"Convert it with `.astype('{dtype_name(spec.type)}')`.",
        )
    if len(shape) != len(spec.shape) or any(want not in (-1, got) for got, want in zip(shape, spec.shape, strict=True)):
        raise Misfit(f"{name}Shape of input {shape} does not match expected shape {spec.shape}.", fix="Reshape it.")
    return data


def _fit_named(data: Any, schema: Schema) -> dict[Name, Column]:
    specs: dict[Name, Any] = dict(schema.input_dict())
    if len(specs) == 1 and (isinstance(data, np.ndarray) or is_foreign_tensor(data)):
        data = {schema.names[0]: data}
    if isinstance(data, np.ndarray) or is_sparse(data) or is_foreign_tensor(data):
        raise Misfit(
            f"Model is missing inputs {list(specs)}.", fix=f"Give a dictionary of arrays with the keys {list(specs)}."
        )
    if not isinstance(data, Mapping) and not is_frame(data):
        raise Misfit(
            "This model contains a tensor-based model signature with input names, which suggests a dictionary input "
            f"mapping input name to a numpy array, but an input of type {type(data)} was found."
        )
    missing = [name for name in specs if name not in data]
    if missing:
        extra = [name for name in data if name not in specs]
        note = f" Note that there were extra inputs: {extra}." if extra else ""
        raise Misfit(f"Model is missing inputs {missing}.{note}", fix="Add them.")
    return {name: check_tensor(_named_values(data[name], spec), spec) for name, spec in specs.items()}


def _named_values(value: Any, spec: Any) -> Any:
    if is_foreign_tensor(value):
        return _to_numpy(value)
    if isinstance(value, np.ndarray):
        return value
    if not hasattr(value, "to_numpy"):
        raise Misfit(
            "This model contains a tensor-based model signature with input names, which suggests a dictionary input "
            f"mapping input name to a numpy array, but a dict with value type {type(value)} was found.",
            fix=f"Convert it with `numpy.asarray(value, '{dtype_name(spec.type)}')`.",
        )
    return _column_values(value, spec)


def _column_values(series: Any, spec: TensorSpec) -> Column:
    values: Column = series.to_numpy()
    if values.dtype.kind == "O" and values.size and isinstance(values[0], list | tuple | np.ndarray):
        return _stack(list(values), spec)
    if spec.shape[1:] == (1,) and values.ndim == 1:
        values = values.reshape(-1, 1)
    return values.astype(str) if spec.type.kind == "U" and values.dtype.kind == "O" else values


def _frame_values(frame: Any, spec: TensorSpec) -> Column:
    if frame.ndim == 1 or (frame.shape[1] == 1 and len(spec.shape) != 2):
        return _column_values(frame if frame.ndim == 1 else frame.iloc[:, 0], spec)
    if frame.shape[1] == 1 and len(frame) and isinstance(frame.iat[0, 0], list | tuple | np.ndarray):
        return _column_values(frame.iloc[:, 0], spec)
    if len(spec.shape) != 2 or spec.shape[1] not in (-1, frame.shape[1]):
        raise Misfit(
            "This model contains a model signature with an unnamed input. Since the input data is a pandas DataFrame "
            "containing multiple columns, the input shape must be of the structure (-1, number_of_dataframe_columns). "
            f"Instead, the input DataFrame passed had {frame.shape[1]} columns and an input shape of {spec.shape}."
        )
    values: Column = frame.to_numpy()
    return values.astype(str) if spec.type.kind == "U" and values.dtype.kind == "O" else values


def _stack(items: list[Any], spec: TensorSpec) -> Column:
    try:
        values = np.array(items)
    except ValueError as error:
        raise Misfit(f"Lists of different lengths are no tensor of shape {spec.shape}.") from error
    return values.astype(spec.type) if values.dtype.kind == spec.type.kind == "f" else values


def _to_numpy(data: Any) -> Column:
    if hasattr(data, "detach"):
        data = data.detach().cpu()
    return np.asarray(data)
