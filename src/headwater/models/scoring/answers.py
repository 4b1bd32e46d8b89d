"""What a model answered, in a shape that can be divided among requests and written as JSON."""

import base64
import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from headwater.models.schema.fitting import Column
from headwater.models.schema.kinds import is_frame
from headwater.models.schema.types import Name
from headwater.protocol.errors import BadRequest

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """Predictions: one array, named arrays of one length, a list with an item a row, or anything else.

    Attributes:
        rows: how many rows it answers; None if it cannot be divided.
    """

    value: Column | dict[Name, Column] | list[Any] | Any
    rows: int | None

    def part(self, start: int, stop: int) -> "Answer":
        """Return the answer to some of the rows."""
        if isinstance(self.value, dict):
            return Answer({name: column[start:stop] for name, column in self.value.items()}, stop - start)
        return Answer(self.value[start:stop], stop - start)

    def plain(self) -> Any:
        """Return the answer as JSON's own values; a table is a list of records."""
        if isinstance(self.value, dict) and self.rows is not None:
            names = list(map(str, self.value))
            columns = [_plain_array(column) for column in self.value.values()]
            return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        return _plain(self.value)


def as_answer(result: Any) -> Answer:
    """Return what a model returned as an answer."""
    if is_frame(result):
        if result.ndim == 1:
            result = result.to_frame(0 if result.name is None else result.name)
        return Answer({name: result[name].to_numpy() for name in result.columns}, len(result))
    if isinstance(result, np.ndarray):
        return Answer(result, len(result) if result.ndim else None)
    if isinstance(result, list):
        return Answer(result, len(result))
    if hasattr(result, "detach"):
        return as_answer(result.detach().cpu().numpy())
    if hasattr(result, "toarray"):
        return as_answer(result.toarray())
    return Answer(result, None)


def encode_predictions(answer: Answer, *, is_chat: bool = False, nan_is_null: bool = False) -> bytes:
    """Return the body of an answer: `{"predictions": …}`, or the bare value for a chat.

    NaN and infinities are the literals that Python's JSON knows, as in MLflow; or null where that was asked for.

    Raises `BadRequest` if the model returned what JSON cannot say, such as a list that holds itself.
    """
    value = answer.value
    try:
        if nan_is_null or _is_finite(value):
            body = _encode(answer.plain())
        else:
            body = json.dumps(answer.plain(), separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise BadRequest(
            f"What the model returned cannot be written as JSON: {type(error).__name__}: {error}"
        ) from error
    return body if is_chat else b'{"predictions":' + body + b"}"


def _is_finite(value: Any) -> bool:
    """Return whether there is certainly no NaN, which looking at arrays finds quickly."""
    if isinstance(value, np.ndarray):
        kind = value.dtype.kind
        return kind in "iubUSM" or (kind == "f" and bool(np.isfinite(value).all()))
    return isinstance(value, str | int)


def _plain_array(array: Column) -> list[Any]:
    if array.dtype.kind in "iubfU":
        return list(array.tolist())
    if array.dtype.kind in "mM":
        return [_plain(item) for item in array.astype(f"{array.dtype.kind}8[us]").tolist()]
    return [_plain(item) for item in array.tolist()]


def _plain(value: Any) -> Any:
    """Return any value as JSON's own; what nothing is known about becomes its text."""
    if value is None:
        return None
    for kinds, convert in _CONVERTERS:
        if isinstance(value, kinds):
            return convert(value)
    if is_frame(value) or hasattr(value, "detach"):
        return as_answer(value).plain()
    for method in ("model_dump", "to_dict"):
        if hasattr(value, method):
            return _plain(getattr(value, method)())
    return None if type(value).__name__ in {"NAType", "NaTType"} else str(value)


def _plain_any_array(array: Column) -> Any:
    if not array.ndim:
        return _plain(array.tolist())
    if array.ndim == 1 or array.dtype.kind in "iubfU":
        return _plain_array(array)
    return [_plain(item) for item in array]


_CONVERTERS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (str | bool | int | float, lambda value: value),
    (list | tuple | set, lambda items: [_plain(item) for item in items]),
    (Mapping, lambda items: {str(key): _plain(item) for key, item in items.items()}),
    (np.ndarray, _plain_any_array),
    (np.generic, lambda scalar: _plain(scalar.item())),
    (bytes | bytearray, lambda data: base64.b64encode(data).decode()),
    # NaT, which differs from itself, is a datetime too
    (datetime.date | datetime.time, lambda moment: moment.isoformat() if moment == moment else None),
    (datetime.timedelta, lambda duration: duration.total_seconds()),
)
