"""Values as trees of plain ones: every list in a tree starts with a word that says what it is."""

import datetime
import decimal
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from headwater.protocol.errors import InvalidParameterValue

Buffers: TypeAlias = list[memoryview]
Extra: TypeAlias = Callable[[Any, Callable[[Any], Any]], Any]
"""Encodes what this module does not know, given the function that encodes the parts; returns None if it cannot."""

_MIN_INT, _MAX_INT = -(2**63), 2**64
_MAX_DEPTH = 200
_SEQUENCES: dict[str, Any] = {"list": list, "tuple": tuple, "set": set}


def encode_tree(value: Any, buffers: Buffers, extra: Extra) -> Any:
    """Return a value as a tree, and add the memory of its arrays to `buffers`.

    Raises `InvalidParameterValue` for a value of a type that cannot be sent.
    """
    return _Encoder(buffers, extra).encode(value, 0)


class _Encoder:
    def __init__(self, buffers: Buffers, extra: Extra) -> None:
        self._buffers = buffers
        self._extra = extra

    def encode(self, value: Any, depth: int) -> Any:
        if value is None or (isinstance(value, bool | float) and type(value) in (bool, float)):
            return value
        if depth > _MAX_DEPTH:
            raise InvalidParameterValue("The data is nested too deeply to be sent to the model's process. Flatten it.")
        if isinstance(value, str | bytes):
            return str(value) if isinstance(value, str) else bytes(value)
        if isinstance(value, int):
            return int(value) if _MIN_INT <= value < _MAX_INT else ["int", str(int(value))]
        for kind, sequence in _SEQUENCES.items():
            if isinstance(value, sequence):
                return [kind, [self.encode(item, depth + 1) for item in value]]
        if isinstance(value, Mapping):
            return ["dict", [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()]]
        return self._special(value, depth)

    def _special(self, value: Any, depth: int) -> Any:
        for name, (kind, write, _read) in _SCALARS.items():
            if type(value) is kind:
                return [name, write(value)]
        if hasattr(value, "__array_interface__") and hasattr(value, "dtype"):
            return self._array(value, depth)
        if hasattr(value, "model_dump"):
            return self.encode(value.model_dump(), depth + 1)
        found = self._extra(value, lambda part: self.encode(part, depth + 1))
        if found is None:
            raise InvalidParameterValue(
                f"A value of the type '{type(value).__name__}' cannot be sent to or from the model's own process. "
                "Use frames, arrays, lists, dicts and plain values."
            )
        return found

    def _array(self, value: Any, depth: int) -> Any:
        import numpy as np  # it is an array of it

        array = np.asarray(value)
        is_scalar = isinstance(value, np.generic)
        if array.dtype.kind == "V":
            raise InvalidParameterValue(
                "An array with named fields cannot be sent to the model's process. Make it a frame."
            )
        if array.dtype.hasobject:
            return ["objects", list(array.shape), [self.encode(item, depth + 1) for item in array.ravel().tolist()]]
        data = np.ascontiguousarray(array).reshape(-1).view(np.uint8) if array.size else np.empty(0, np.uint8)
        self._buffers.append(memoryview(data.data))
        return ["scalar" if is_scalar else "array", array.dtype.str, list(array.shape), len(self._buffers) - 1]


def decode_tree(tree: Any, buffers: list[bytearray], extra: Extra) -> Any:
    """Return the value that a tree describes."""

    def decode(part: Any) -> Any:
        if not isinstance(part, list):
            return part
        kind, *rest = part
        if kind in _SEQUENCES:
            return _SEQUENCES[kind](decode(item) for item in rest[0])
        if kind == "dict":
            return {decode(key): decode(value) for key, value in rest[0]}
        if kind == "int":
            return int(rest[0])
        if kind in _SCALARS:
            return _SCALARS[kind][2](rest[0])
        if kind in ("array", "scalar", "objects"):
            return _decode_array(kind, rest, buffers, decode)
        return extra(part, decode)

    return decode(tree)


def _decode_array(kind: str, rest: list[Any], buffers: list[bytearray], decode: Callable[[Any], Any]) -> Any:
    import numpy as np

    if kind == "objects":
        shape, items = rest
        array = np.empty(len(items), object)
        for position, item in enumerate(items):
            array[position] = decode(item)
        return array.reshape(shape)
    name, shape, number = rest
    dtype = np.dtype(name)
    if dtype.hasobject:
        raise InvalidParameterValue(
            f"An array of the type '{name}' came from the model's process, which has no memory."
        )
    found = np.frombuffer(buffers[number], dtype).reshape(shape) if buffers[number] else np.empty(shape, dtype)
    return found[()] if kind == "scalar" else found


_SCALARS: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "datetime": (datetime.datetime, datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    "date": (datetime.date, datetime.date.isoformat, datetime.date.fromisoformat),
    "time": (datetime.time, datetime.time.isoformat, datetime.time.fromisoformat),
    "timedelta": (
        datetime.timedelta,
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda parts: datetime.timedelta(*parts),
    ),
    "decimal": (decimal.Decimal, str, decimal.Decimal),
    "uuid": (uuid.UUID, str, uuid.UUID),
    "complex": (complex, lambda value: [value.real, value.imag], lambda parts: complex(*parts)),
}
"""Single values by the word that marks them: their type, and how they are written and read."""
