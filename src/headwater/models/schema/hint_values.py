"""Data that fits a type hint: `def predict(model_input: list[Customer])` is called with customers, or not at all."""

import base64
import binascii
import datetime
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from headwater.protocol.errors import InvalidParameterValue

_MAX_SHOWN = 5
_PLAIN = (bool, int, float, str, bytes, datetime.datetime)


class TypeFromExample:
    """As a type hint: whatever is given is turned into the type of the input example that the model was saved with."""


class _Unfit(Exception):
    """A value is not what a hint says."""


def input_hint(function: Callable[..., Any], name: str) -> Any:
    """Return the hint of the parameter that takes a model's input, None if there is none that can be read."""
    try:
        hint = get_type_hints(function).get(name)
    except (NameError, TypeError, AttributeError):
        return None
    return hint


def is_list_hint(hint: Any) -> bool:
    """Tell whether a hint is `list[…]`, the kind that is checked."""
    return get_origin(hint) is list


def fit_hint(data: Any, hint: Any) -> Any:
    """Return data as a hint `list[…]` says: frames and arrays as lists, dicts as pydantic models.

    Other hints change nothing. Raises `InvalidParameterValue` that names the first items that do not fit.
    """
    if not is_list_hint(hint):
        return data
    item = get_args(hint)[0]
    values = as_list(data, wants_records=_is_record(item))
    if not isinstance(values, list):
        raise _failure(hint, f"Expected list, but got {type(data).__name__}")
    fitted, unfit = [], []
    for position, value in enumerate(values):
        try:
            fitted.append(_fit(value, item))
        except _Unfit as error:
            unfit.append(f"({position}: {error})")
    if unfit:
        more = f" and {len(unfit) - _MAX_SHOWN} more" if len(unfit) > _MAX_SHOWN else ""
        raise _failure(hint, f"Invalid elements: {', '.join(unfit[:_MAX_SHOWN])}{more}")
    return fitted


def as_list(data: Any, *, wants_records: bool) -> Any:
    """Return a frame, a series, an array or a tuple as a list; anything else as it is."""
    if isinstance(data, tuple):
        return list(data)
    if hasattr(data, "to_dicts"):  # polars
        return data.to_dicts() if wants_records or data.width > 1 else data.to_series(0).to_list()
    if getattr(data, "ndim", 0) == 2 and hasattr(data, "columns"):
        if len(data.columns) == 1 and (not wants_records or _holds_records(data.iloc[:, 0])):
            return data.iloc[:, 0].tolist()
        return [{key: value for key, value in row.items() if not _is_missing(value)} for row in data.to_dict("records")]
    return data.tolist() if hasattr(data, "tolist") and data.ndim else data


def fit_example(data: Any, example: Any) -> Any:
    """Return data as the type of an input example: a frame, an array, a list or a dict."""
    if hasattr(example, "columns"):
        import pandas as pd  # what the example is made of

        return data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
    if hasattr(example, "dtype") and hasattr(example, "shape"):
        import numpy as np

        return np.asarray(data)
    if isinstance(example, list):
        return as_list(data, wants_records=any(isinstance(item, Mapping) for item in example))
    if isinstance(example, Mapping) and hasattr(data, "to_dict"):
        records = data.to_dict("records")
        return records[0] if len(records) == 1 else records
    if isinstance(example, str | int | float | bool):
        values = as_list(data, wants_records=False)
        return values[0] if isinstance(values, list) and len(values) == 1 else values
    return data


def _fit(value: Any, hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        return _fit(value, get_args(hint)[0])
    if hint is Any:
        return value
    if get_origin(hint) in (Union, types.UnionType):
        return _fit_any(value, get_args(hint))
    if hint is type(None):
        return _require(value, value is None, "None")
    if hasattr(hint, "model_validate"):
        return _fit_model(value, hint)
    if hint in _PLAIN:
        return _fit_plain(value, hint)
    return _fit_collection(value, hint)


def _fit_any(value: Any, hints: tuple[Any, ...]) -> Any:
    for hint in hints:
        try:
            return _fit(value, hint)
        except _Unfit:
            continue
    raise _Unfit(f"'{value!r}' is none of {', '.join(map(_name, hints))}")


def _fit_model(value: Any, model: Any) -> Any:
    if isinstance(value, model):
        return value
    if hasattr(value, "model_dump"):
        value = value.model_dump()
    try:
        return model.model_validate(value)
    except ValueError as error:  # pydantic's
        raise _Unfit(str(error)) from error


def _fit_plain(value: Any, kind: Any) -> Any:
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and kind in (bytes, datetime.datetime):
        return _from_text(value, kind)
    return _require(value, isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), kind.__name__)


def _from_text(value: str, kind: Any) -> Any:
    """Return what JSON can only say as text."""
    try:
        return base64.b64decode(value, validate=True) if kind is bytes else datetime.datetime.fromisoformat(value)
    except (binascii.Error, ValueError) as error:
        raise _Unfit(f"Expected {kind.__name__}, got '{value}': {error}") from error


def _fit_collection(value: Any, hint: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is list:
        values = as_list(value, wants_records=False)
        _require(value, isinstance(values, list), "list")
        return [_fit(item, arguments[0]) for item in values]
    if origin is dict:
        _require(value, isinstance(value, Mapping), "dict")
        return {_fit(key, arguments[0]): _fit(item, arguments[1]) for key, item in value.items()}
    return value


def _require(value: Any, fits: bool, what: str) -> Any:  # noqa: FBT001 - private
    if not fits:
        raise _Unfit(f"Expected {what}, got {type(value).__name__} '{value!r}'")
    return value


def _is_record(hint: Any) -> bool:
    return hasattr(hint, "model_validate") or hint is dict or get_origin(hint) is dict


def _holds_records(column: Any) -> bool:
    return len(column) > 0 and (isinstance(column.iloc[0], Mapping) or hasattr(column.iloc[0], "model_dump"))


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint)


def _failure(hint: Any, what: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Failed to validate the input data against the type hint `{_name(hint)}`. Error: {what}. "
        "Give a list of what the hint says."
    )
