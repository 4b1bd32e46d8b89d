"""Fit NumPy columns to plain types: whatever loses nothing is converted, anything else is a `Misfit`.

No Python runs per value, except to find the value that an error names.
"""

import datetime
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np

from headwater.models.schema.data_types import DataType
from headwater.models.schema.misfit import Misfit, show

Column: TypeAlias = np.ndarray[Any, np.dtype[Any]]

_NUMBERS = {DataType.integer, DataType.long, DataType.float, DataType.double}
_INTEGERS = {DataType.integer, DataType.long}
_TARGET_NAMES = {DataType.string: "str", DataType.binary: "bytes"}
_EXACT = {DataType.float: 2**24, DataType.double: 2**53}
_OBJECT_NAMES = {
    frozenset({int}): "int64",
    frozenset({float}): "float64",
    frozenset({bool}): "bool",
    frozenset({str}): "str",
}
_NS_MIN, _NS_MAX = np.datetime64("1677-09-21T00:12:44", "us"), np.datetime64("2262-04-11T23:47:16", "us")
MISSING_HINT = (
    "Hint: the type mismatch is likely caused by missing values. Integer and boolean columns cannot hold them; fill "
    "them (`.fillna(0)`), or log the model with a signature whose column is optional (`required=False`)."
)
_MOMENT_HINTS = (
    "Give ISO 8601 text such as '2026-01-31T12:00:00', or a datetime.",
    "Please ensure that the datetimes are timezone-naive: `.dt.tz_convert('UTC').dt.tz_localize(None)`.",
)


def fit_plain(values: Column, kind: DataType, *, required: bool = True, is_loose: bool = False) -> Column:
    """Return `values` as `kind` says, or the array itself; raise `Misfit` at what would lose something.

    Missing values are NaN, NaT, or None among objects. Whole numbers with missing values come back as floats, and only
    if not `required`. `is_loose` is for values that come from Python or JSON, whose numbers have no width: what is in
    range fits.
    """
    source = values.dtype
    if source == kind.to_numpy() and source.kind not in "US":
        return values
    if source.kind == "O":
        return _fit_objects(values, kind, required=required, is_loose=is_loose)
    if not values.size and source.kind in "US":
        return _fit_objects(values.astype(object), kind, required=required, is_loose=is_loose)
    if kind in _NUMBERS and source.kind in "iuf":
        return _fit_numbers(values, kind, required=required)
    if source.kind == "f" and not required and bool(np.isnan(values).all()):
        return _all_missing(values, kind)
    if kind is DataType.datetime and source.kind == "M":
        return _fit_moments(values)
    if kind is DataType.datetime and source.kind == "U":
        return _parse_moments(values.tolist())
    if (kind is DataType.string and source.kind == "U") or (kind is DataType.binary and source.kind in "SU"):
        return values.astype(object)
    raise _cannot(values, kind, 0)


def _cannot(values: Column, kind: DataType, index: int | None, fix: str = "") -> Misfit:
    source = _source_name(values)
    reason = f"Can not safely convert {source} to {_TARGET_NAMES.get(kind, kind.to_numpy())}."
    got = "" if index is None or index >= values.size else show(values[index : index + 1].tolist()[0])
    return Misfit(reason, index if got else None, got=got, fix=fix or _fix(source, kind))


def _source_name(values: Column) -> str:
    """Return the type of a column's values; objects have the one that a column of such values would have."""
    kind = values.dtype.kind
    if kind != "O":
        return {"U": "str", "S": "bytes"}.get(kind, str(values.dtype))
    kinds = set(map(type, values.tolist()))
    present = frozenset(each for each in kinds if not _is_missing_type(each))
    if present <= {int, float} and present and (len(present) == 2 or len(kinds) > len(present)):
        return "float64"
    if present == {int} and not all(-(2**63) <= value < 2**63 for value in values.tolist()):
        return "object"
    return _OBJECT_NAMES.get(present, "object")


def _fix(source: str, kind: DataType) -> str:
    if kind is DataType.string:
        return "Convert it with `.astype(str)`, if its text is what the model expects."
    if kind is DataType.datetime:
        return "Convert it with `pandas.to_datetime`."
    if kind is DataType.binary:
        return "Give bytes."
    if source == "str" and kind in _NUMBERS:
        return "Convert it with `pandas.to_numeric`."
    if source.startswith(("int", "uint", "float")) and kind in _NUMBERS:
        is_narrower = kind in _INTEGERS and "int" in source
        price = "all values are in range" if is_narrower else "the model may see rounded values"
        return f"Convert it with `.astype('{kind.to_numpy()}')`, if {price}."
    if source.startswith(("int", "uint", "float", "bool")):
        return f"Convert it with `.astype('{kind.to_numpy()}')`, if that is what the values mean."
    return f"Give values of type {kind.name}."


def _fit_numbers(values: Column, kind: DataType, *, required: bool) -> Column:
    source, target = values.dtype, kind.to_numpy()
    if source.kind == "f":
        if kind in _INTEGERS:
            return _whole(values, kind, required=required)
        if source.itemsize > target.itemsize:
            raise _cannot(values, kind, 0)
        return values.astype(target)
    if kind in _INTEGERS:
        return _fit_integers(values, kind)
    return _exact_floats(values, kind)


def _fit_integers(values: Column, kind: DataType) -> Column:
    source, target = values.dtype, kind.to_numpy()
    if source.itemsize < target.itemsize or (source.kind == "i" and source.itemsize == target.itemsize):
        return values.astype(target)
    if source.kind == "u" and target.itemsize == source.itemsize == 8:
        large = values > np.iinfo(target).max
        if not large.any():
            return values.astype(target)
        raise _cannot(values, kind, int(large.argmax()))
    raise _cannot(values, kind, 0)


def _exact_floats(values: Column, kind: DataType) -> Column:
    """Return whole numbers as floats, if every one of them is exactly a float."""
    limit, target = _EXACT[kind], kind.to_numpy()
    floats = values.astype(target)
    if not values.size or (int(values.max()) <= limit and int(values.min()) >= -limit):
        return floats
    safe = np.abs(floats.astype(np.float64)) < 2.0**63
    back = np.where(safe, floats, 0).astype(np.int64)
    exact = safe & (back == values)
    if values.dtype.kind == "u":
        large = ~safe & (floats < 2.0**64)
        exact |= large & (np.where(large, floats, 0).astype(np.uint64) == values)
    exact |= (values.dtype.kind == "i") & (floats == -(2.0**63)) & (values == np.iinfo(np.int64).min)
    if exact.all():
        return floats
    raise _cannot(values, kind, int(np.argmin(exact)))


def _whole(values: Column, kind: DataType, *, required: bool) -> Column:
    """Return floats as whole numbers where missing ones are allowed, if they are whole."""
    missing = np.isnan(values)
    has_missing = bool(missing.any())
    if required:
        fix = MISSING_HINT if has_missing else ""
        raise _cannot(values, kind, int(missing.argmax()) if has_missing else 0, fix)
    limits = np.iinfo(kind.to_numpy())
    top = min(limits.max, 2**53)
    with np.errstate(invalid="ignore"):
        fits = missing | ((np.floor(values) == values) & (values >= max(limits.min, -(2**53))) & (values <= top))
    if not fits.all():
        raise _cannot(values, kind, int(np.argmin(fits)), "Only whole numbers and missing values fit.")
    return values.astype(np.float64) if has_missing else values.astype(kind.to_numpy())


def _all_missing(values: Column, kind: DataType) -> Column:
    if kind is DataType.datetime:
        return np.full(values.shape, "NaT", "datetime64[ns]")
    if kind in _NUMBERS:
        return np.full(values.shape, np.nan, kind.to_numpy() if kind in _EXACT else np.float64)
    return np.full(values.shape, None, object)


def _fit_moments(values: Column, given: list[Any] | None = None) -> Column:
    """Return moments in nanoseconds, which reach from 1677 to 2262; from `given`, if `values` are rougher."""
    coarse = values.astype("datetime64[us]")
    outside = (coarse < _NS_MIN) | (coarse > _NS_MAX) | (np.isnat(coarse) & ~np.isnat(values))
    if outside.any():
        shown = values if given is None else np.fromiter(given, object)
        raise _cannot(shown, DataType.datetime, int(outside.argmax()), "Only moments from 1678 to 2262 fit.")
    return values.astype("datetime64[ns]") if given is None else np.array(given, "datetime64[ns]")


def _parse_moments(items: list[Any]) -> Column:
    """Return ISO 8601 texts and Python's moments as moments; a text with an offset becomes UTC."""
    found: list[Any] = []
    for index, item in enumerate(items):
        try:
            found.append(_moment(item))
        except (ValueError, TypeError, OverflowError) as error:
            reason = f"Can not safely convert {_source_name(np.fromiter(items, object))} to datetime64[ns]."
            raise Misfit(reason, index, got=show(item), fix=_MOMENT_HINTS[isinstance(error, TypeError)]) from None
    return _fit_moments(np.array(found, "datetime64[us]"), found)


def _moment(item: Any) -> Any:
    if isinstance(item, np.datetime64):
        return item
    if is_missing(item):
        return None
    if isinstance(item, str):
        parsed = datetime.datetime.fromisoformat(item)
        return np.datetime64(parsed if parsed.tzinfo is None else parsed.astimezone(datetime.UTC).replace(tzinfo=None))
    if getattr(item, "tzinfo", None) is not None:
        raise TypeError
    if isinstance(item, datetime.date):
        return item.to_datetime64() if hasattr(item, "to_datetime64") else np.datetime64(item)
    raise ValueError


@dataclass(frozen=True)
class _Objects:
    """A column of Python objects, and what its items are, missing ones left out."""

    values: Column
    items: list[Any]
    kinds: set[type]
    has_missing: bool

    def cannot(self, kind: DataType, matches: Callable[[Any], bool], fix: str = "") -> Misfit:
        """Return the fault of the first item that matches."""
        return _cannot(self.values, kind, next((i for i, item in enumerate(self.items) if matches(item)), 0), fix)


def _fit_objects(values: Column, kind: DataType, *, required: bool, is_loose: bool) -> Column:
    items = values.tolist()
    found = set(map(type, items))
    kinds = {each for each in found if not _is_missing_type(each)}
    objects = _Objects(values, items, kinds, len(kinds) < len(found))
    if kind in (DataType.string, DataType.binary):
        return _fit_texts(objects, kind)
    if not kinds and items and required and kind in (DataType.boolean, *_INTEGERS):
        raise _cannot(values, kind, 0, MISSING_HINT)
    if kind is DataType.boolean:
        return _fit_booleans(objects, required=required)
    if kind is DataType.datetime:
        return _fit_moment_objects(items, kinds)
    return _fit_number_objects(objects, kind, required=required, is_loose=is_loose)


def _fit_moment_objects(items: list[Any], kinds: set[type]) -> Column:
    """Let NumPy parse plain texts, which is fast; anything else is parsed one by one."""
    if kinds != {str} or any(type(item) is not str for item in items) or min(items) < "0" or max(items) > ":":
        return _parse_moments(items)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _fit_moments(np.array(items, "datetime64[us]"), items)
    except (ValueError, UserWarning, DeprecationWarning):
        return _parse_moments(items)


def _fit_texts(objects: _Objects, kind: DataType) -> Column:
    allowed = (str,) if kind is DataType.string else (bytes, bytearray, str)
    if not all(issubclass(each, allowed) for each in objects.kinds):
        for index, item in enumerate(objects.items):
            if not isinstance(item, allowed) and not is_missing(item):
                raise _cannot(objects.values, kind, index)
    return objects.values


def _fit_booleans(objects: _Objects, *, required: bool) -> Column:
    if not objects.kinds <= {bool, np.bool_}:
        raise objects.cannot(DataType.boolean, lambda item: not isinstance(item, bool | np.bool_))
    if not objects.has_missing:
        return objects.values.astype(bool)
    if required:
        raise objects.cannot(DataType.boolean, is_missing, MISSING_HINT)
    found = np.full(objects.values.shape, None, object)
    found[:] = [None if is_missing(item) else bool(item) for item in objects.items]
    return found


def _fit_number_objects(objects: _Objects, kind: DataType, *, required: bool, is_loose: bool) -> Column:
    items, kinds = objects.items, objects.kinds
    if not all(_is_number_type(each) for each in kinds):
        raise objects.cannot(kind, lambda item: not is_missing(item) and not _is_number_type(type(item)))
    if Decimal in kinds:
        if kind is not DataType.double:
            raise objects.cannot(kind, lambda item: isinstance(item, Decimal))
        return np.array([np.nan if is_missing(item) else float(item) for item in items], np.float64)
    if not items:
        return np.empty(0, kind.to_numpy())
    is_whole = all(issubclass(each, int | np.integer) for each in kinds)
    if objects.has_missing and is_whole and required and kind in _INTEGERS:
        raise objects.cannot(kind, is_missing, MISSING_HINT)
    try:
        typed = np.array([np.nan if is_missing(item) else item for item in items] if objects.has_missing else items)
        if typed.dtype.kind == "O" and kind not in _INTEGERS:
            typed = typed.astype(np.float64)
    except OverflowError:
        typed = objects.values
    if typed.dtype.kind == "O":
        raise objects.cannot(kind, lambda item: not is_missing(item) and not -(2**63) <= item < 2**63)
    if typed.dtype.kind == "f" and not kinds <= {float}:
        _check_whole_floats(objects, typed, kind)
    if is_loose:
        return _fit_loosely(objects, typed, kind, required=required)
    return fit_plain(typed, kind, required=required) if kinds else _all_missing(typed, kind)


def _fit_loosely(objects: _Objects, typed: Column, kind: DataType, *, required: bool) -> Column:
    """Let whole numbers be of any width that holds them, and floats be rounded to the width that is wanted."""
    target = kind.to_numpy()
    if typed.dtype.kind == "f" and target.kind == "f":
        with np.errstate(over="ignore"):
            found = typed.astype(target)
        lost = np.isinf(found) & np.isfinite(typed)
        if lost.any():
            raise _cannot(objects.values, kind, int(lost.argmax()))
        return found
    if typed.dtype.kind in "iu" and target.kind == "i":
        limits = np.iinfo(target)
        outside = (typed > limits.max) | (typed < limits.min)
        if outside.any():
            raise _cannot(objects.values, kind, int(outside.argmax()))
        return typed.astype(target)
    return fit_plain(typed, kind, required=required)


def _check_whole_floats(objects: _Objects, floats: Column, kind: DataType) -> None:
    """Refuse whole numbers that became other floats."""
    if np.abs(floats[np.isfinite(floats)]).max(initial=0) <= _EXACT[DataType.double]:
        return
    for index, (item, found) in enumerate(zip(objects.items, floats.tolist(), strict=True)):
        if isinstance(item, int | np.integer) and int(item) != found:
            raise _cannot(objects.values, kind, index)


def is_missing(value: Any) -> bool:
    """Tell whether `value` is None, NaN, NaT or pandas' NA."""
    return _is_missing_type(type(value)) or (isinstance(value, float | np.floating) and bool(value != value))


def _is_missing_type(kind: type) -> bool:
    return kind is type(None) or kind.__name__ in ("NAType", "NaTType")


def _is_number_type(kind: type) -> bool:
    return issubclass(kind, int | float | np.integer | np.floating | Decimal) and kind is not bool
