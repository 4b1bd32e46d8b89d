"""What the checks have in common: what they raise, and how they read the attributes of an estimator."""

from typing import Any

import numpy as np


class Damaged(Exception):
    """An object contradicts itself, so that predicting with it would read or write memory that is not its own."""


class Unknown(Exception):
    """An object is not built as scikit-learn builds it, so that nobody can tell what predicting with it would do."""


def qualified(kind: type) -> str:
    """Return the module and the name of a class."""
    return f"{kind.__module__}.{kind.__qualname__}"


def integer(estimator: Any, name: str) -> int:
    """Return an attribute that is an integer."""
    value = vars(estimator).get(name)
    if not isinstance(value, (int, np.integer)):
        raise Damaged(f"its {name} is no integer")
    return int(value)


def array(value: Any, name: str, ndim: int, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Return a copy of `value`, which is a plain array of so many dimensions, and of that type.

    A copy, since other objects of the file may hold the array itself, and change it when it was checked.
    """
    if type(value) is not np.ndarray or value.ndim != ndim or (dtype is not None and value.dtype != dtype):
        of = f" of {np.dtype(dtype)}" if dtype is not None else ""
        raise Damaged(f"its {name} is no array{of} with {ndim} dimension{'s' * (ndim > 1)}")
    return value.copy()


def take(own: dict[str, Any], name: str, ndim: int, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Return an attribute that is an array, having made it one that nothing else holds."""
    taken = own[name] = array(own.get(name), name, ndim, dtype)
    return taken


def within(values: np.ndarray[Any, Any], limit: int, name: str, low: int = 0) -> None:
    """Raise unless all values are from `low` to below `limit`."""
    if values.size and (values.min() < low or values.max() >= limit):
        wrong = values[(values < low) | (values >= limit)][0]
        raise Damaged(f"a {name} is {wrong}, and there are {limit}")
