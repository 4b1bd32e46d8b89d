"""Values of params: checked against their type, converted where nothing is lost, and written as JSON."""

import datetime
from typing import Any

import numpy as np

from headwater.models.schema.data_types import DataType, Object
from headwater.models.schema.misfit import Misfit
from headwater.models.schema.nested import fit_items
from headwater.protocol.errors import InvalidParameterValue

_INT_LIMIT = {DataType.integer: 2**31, DataType.long: 2**63}


def check_param(label: str, value: Any, kind: DataType | Object, *, is_list: bool) -> Any:
    """Return `value` as `kind`, a list of such if `is_list`; raise `InvalidParameterValue` for what does not fit.

    None is a value of every plain type.
    """
    if is_list:
        if not isinstance(value, list | np.ndarray) or np.ndim(np.array(value, dtype=object)) != 1:
            raise InvalidParameterValue(
                f"Value must be a 1D array with shape (-1,) for param {label}, received {type(value).__name__} with "
                f"ndim {_depth(value)}."
            )
        return [_check_one(label, item, kind) for item in (value.tolist() if isinstance(value, np.ndarray) else value)]
    return _check_one(label, value, kind)


def _depth(value: Any) -> int:
    depth = 0
    while isinstance(value, list | tuple | np.ndarray) and np.ndim(value if isinstance(value, np.ndarray) else 0) + 1:
        depth, value = depth + 1, (value[0] if len(value) else None)
    return depth


def _check_one(label: str, value: Any, kind: DataType | Object) -> Any:
    try:
        return _fit_object(value, kind) if isinstance(kind, Object) else _fit_value(value, kind)
    except Misfit as misfit:
        reason = misfit.reason.removesuffix(".")
        raise InvalidParameterValue(f"Failed to validate type and shape for {label}, error: {reason}") from misfit


def _fit_object(value: Any, kind: Object) -> Any:
    return fit_items([value], kind)[0]


def _fit_value(value: Any, kind: DataType) -> Any:
    if value is None:
        return None
    if isinstance(value, list | tuple | dict | set | np.ndarray) or type(value).__name__ == "NAType":
        raise Misfit(f"Value must be a scalar for type `DataType.{kind.name}`, got `{value}`.")
    if kind is DataType.datetime:
        return _fit_moment(value)
    converted = _convert(value, kind)
    if converted is None:
        raise Misfit(f"Can not safely convert `{type(value)}` to `DataType.{kind.name}` for value `{value}`.")
    return converted


def _convert(value: Any, kind: DataType) -> Any:
    """Return the value as Python's own, None if it does not fit."""
    is_bool = isinstance(value, bool | np.bool_)
    if kind is DataType.boolean:
        return bool(value) if is_bool else None
    if kind is DataType.string:
        return str(value) if isinstance(value, str) else None
    if is_bool:
        return None
    if kind in _INT_LIMIT:
        limit = _INT_LIMIT[kind]
        return int(value) if isinstance(value, int | np.integer) and -limit <= value < limit else None
    return float(value) if isinstance(value, int | float | np.integer | np.floating) else None


def _fit_moment(value: Any) -> Any:
    try:
        if isinstance(value, str):
            return datetime.date.fromisoformat(value) if len(value) == 10 else datetime.datetime.fromisoformat(value)
        if isinstance(value, np.datetime64) and not np.isnat(value):
            is_day = np.datetime_data(value.dtype)[0] in ("Y", "M", "W", "D")
            return value.astype("datetime64[D]" if is_day else "datetime64[us]").item()
        if isinstance(value, datetime.datetime) and hasattr(value, "to_pydatetime"):
            return value.to_pydatetime(warn=False)
        if isinstance(value, datetime.date):
            return value
    except ValueError:
        pass
    raise Misfit(f"Failed to convert value `{value}` from type `{type(value)}` to `DataType.datetime`.")


def param_json(value: Any) -> Any:
    """Return a checked value as JSON can hold it: moments as ISO 8601."""
    if isinstance(value, list):
        return [param_json(item) for item in value]
    if isinstance(value, dict):
        return {key: param_json(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, datetime.date) else value
