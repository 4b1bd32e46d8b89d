"""Fit columns of any type: plain ones, and lists and dictionaries, whose values are gathered and fitted together."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate, chain
from typing import Any

import numpy as np

from headwater.models.schema.data_types import Array, DataType, Map, Object, ValueType
from headwater.models.schema.fitting import Column, fit_plain, is_missing
from headwater.models.schema.misfit import Misfit, located, show


def fit_column(values: Column, kind: ValueType, *, required: bool = True, is_loose: bool = False) -> Column:
    """Return `values` as `kind` says; raise `Misfit` at the first that does not fit. See `fit_plain`."""
    if isinstance(kind, DataType):
        return fit_plain(values, kind, required=required, is_loose=is_loose)
    if isinstance(kind, Array | Object | Map):
        return as_objects(_fit_nested(values.tolist() if values.dtype.kind != "O" else list(values), kind, required))
    return values


def fit_items(items: list[Any], kind: ValueType, *, required: bool = True) -> list[Any]:
    """Return the fitted items of a list, as Python's own values."""
    if isinstance(kind, DataType):
        found = fit_plain(as_objects(items), kind, required=required, is_loose=True)
        if found.dtype.kind == "M":
            found = found.astype("datetime64[us]")  # NumPy gives moments of nanoseconds as numbers
        return list(found.tolist())
    if isinstance(kind, Array | Object | Map):
        return _fit_nested(items, kind, required)
    return items


def as_objects(items: list[Any]) -> Column:
    """Return a one-dimensional array of the items themselves, whatever they are."""
    return np.fromiter(items, object, len(items))


def _fit_nested(items: list[Any], kind: Array | Object | Map, required: bool) -> list[Any]:  # noqa: FBT001  # private
    present = [index for index, item in enumerate(items) if not is_missing(item)]
    if required and len(present) < len(items):
        index = next(index for index, item in enumerate(items) if is_missing(item))
        raise Misfit(_wanted(kind, items[index]), index, got=show(items[index]), fix="Give one, or make it optional.")
    chosen = [items[index] for index in present]
    fitters = {Array: _fit_arrays, Object: _fit_objects, Map: _fit_maps}
    with located(lambda index: (present[index], "")):
        fitted = fitters[type(kind)](chosen, kind)  # type: ignore[operator]  # each takes the kind that it is listed by
    found: list[Any] = [None] * len(items)
    for index, value in zip(present, fitted, strict=True):
        found[index] = value
    return found


def _wanted(kind: Array | Object | Map, value: Any) -> str:
    name = type(value).__name__
    if isinstance(kind, Array):
        return f"Expected data to be list or numpy array, got {name}."
    if isinstance(kind, Map):
        return f"Expected data to be a dict, got {name}."
    return f"Expected data to be dictionary, got {name}."


def _fit_arrays(items: list[Any], kind: Array) -> list[Any]:
    for index, item in enumerate(items):
        if not isinstance(item, list | tuple | np.ndarray):
            raise Misfit(_wanted(kind, item), index, got=show(item), fix="Give a list.")
    if items and all(isinstance(item, np.ndarray) and item.ndim and item.dtype.kind != "O" for item in items):
        return [_fit_array(index, item, kind) for index, item in enumerate(items)]
    ends = list(accumulate(map(len, items)))
    with located(lambda index: _place(ends, index)):
        flat = fit_items(list(chain.from_iterable(items)), kind.dtype)
    return [flat[end - len(item) : end] for end, item in zip(ends, items, strict=True)]


def _place(ends: list[int], index: int) -> tuple[int, str]:
    row = bisect_right(ends, index)
    return row, f"[{index - (ends[row - 1] if row else 0)}]"


def _fit_array(index: int, array: Column, kind: Array) -> Column:
    depth, inner = 1, kind.dtype
    while isinstance(inner, Array):
        depth, inner = depth + 1, inner.dtype
    if array.ndim != depth:
        raise Misfit(
            f"Expected an array of {depth} dimensions, got {array.ndim}.",
            index,
            got=f"shape {array.shape}",
            fix="Reshape it.",
        )
    with located(lambda inside: (index, f"[{inside}]")):
        return fit_column(array.ravel(), inner).reshape(array.shape)


def _fit_objects(items: list[Any], kind: Object) -> list[Any]:
    names = {item.name for item in kind.properties}
    for index, item in enumerate(items):
        _check_keys(index, item, names, {each.name for each in kind.properties if each.required}, kind)
    found: list[dict[str, Any]] = [{} for _ in items]
    for each in kind.properties:
        present = [index for index, item in enumerate(items) if each.name in item]
        step = f".{each.name}"
        with located(lambda index, present=present, step=step: (present[index], step)):  # type: ignore[misc]  # bound now
            fitted = fit_items([items[index][each.name] for index in present], each.dtype, required=each.required)
        for index, value in zip(present, fitted, strict=True):
            found[index][each.name] = value
    return found


def _check_keys(index: int, item: Any, names: set[str], required: set[str], kind: Object) -> None:
    if not isinstance(item, Mapping):
        raise Misfit(_wanted(kind, item), index, got=show(item), fix=f"Give a dictionary with {sorted(names)}.")
    missing = sorted(required - item.keys())
    extra = sorted(map(str, item.keys() - names))
    if missing:
        raise Misfit(f"Missing required properties: {{{str(missing)[1:-1]}}}.", index, got=show(item), fix="Add them.")
    if extra:
        raise Misfit(
            f"Invalid properties not defined in the schema found: {{{str(extra)[1:-1]}}}.",
            index,
            got=show(item),
            fix="Remove them.",
        )


def _fit_maps(items: list[Any], kind: Map) -> list[Any]:
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise Misfit(_wanted(kind, item), index, got=show(item), fix="Give a dictionary.")
        if not all(isinstance(key, str) for key in item):
            raise Misfit("Expected all keys in the map type data are string type.", index, got=show(item))
    ends = list(accumulate(map(len, items)))
    keys = list(chain.from_iterable(items))
    with located(lambda index: (_place(ends, index)[0], f"[{keys[index]!r}]")):
        flat = fit_items(list(chain.from_iterable(item.values() for item in items)), kind.value_type)
    return [dict(zip(item, flat[end - len(item) : end], strict=True)) for end, item in zip(ends, items, strict=True)]
