"""What a user may say to a backend, checked by name and kind."""

import math
from collections.abc import Mapping
from typing import Any

from headwater.protocol.errors import InvalidParameterValue

_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a map"}


def read_settings(backend: str, given: Mapping[str, Any], known: Mapping[str, type]) -> dict[str, Any]:
    """Return what a backend was told by names with hyphens; underscores are as good, and null is as good as nothing.

    Raises `InvalidParameterValue` for a name that is not in `known`, and for a value of another kind.
    """
    found: dict[str, Any] = {}
    for key, value in given.items():
        name = str(key).replace("_", "-")
        if name not in known:
            names = ", ".join(sorted(known)) or "nothing"
            raise InvalidParameterValue(f"The backend '{backend}' knows no option '{key}'. It takes: {names}.")
        if value is not None:
            found[name] = _check(backend, name, value, known[name])
    return found


def read_names(name: str, values: list[Any]) -> list[str]:
    """Return a list of texts on one line each; raise for anything else in it."""
    for value in values:
        if not isinstance(value, str) or any(symbol in value for symbol in "\n\r\0"):
            raise InvalidParameterValue(f"The option '{name}' holds '{value}'. Give texts of one line each.")
    return values


def _check(backend: str, name: str, value: Any, kind: type) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if kind is str and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # as in `time: 30` or `mem: 4000`
    is_right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if kind is float and is_right:
        is_right = math.isfinite(value) and value >= 0
    if kind is int and is_right:
        is_right = value >= 0
    if not is_right or (kind is str and (not value or any(symbol in value for symbol in "\n\r\0"))):
        raise InvalidParameterValue(f"The option '{name}' of backend '{backend}' is '{value}'. Give {_NAMES[kind]}.")
    return value
