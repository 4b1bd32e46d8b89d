"""How structs become bytes and back: strict in what is sent, tolerant in what is accepted.

A well-formed body is decoded by msgspec alone. Anything else takes the slow path, which accepts the spellings that
MLflow's clients use (camelCase, numbers as text, enums as numbers, `NaN` literals, JSON inside a JSON string) and
otherwise names the offending field.
"""

import json
import math
import re
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

import msgspec
import msgspec.structs

from headwater.protocol.columns import Series, SeriesHeader
from headwater.protocol.errors import InvalidParameterValue, TemporarilyUnavailable
from headwater.protocol.names import MAX_INT64, check_no_nul, invalid, missing

T = TypeVar("T", bound=msgspec.Struct)
Json = Any  # what json.loads returns

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_UNDECODABLE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
_ESCAPED_NUL = b"\\u0000"


def decode_body(request_type: type[T], body: bytes) -> T:
    """Return the request that a JSON `body` spells; an empty body is an empty object.

    Raises `InvalidParameterValue` naming the field that is missing, of the wrong type or out of range.
    """
    plan = _plan(request_type)
    data = body or b"{}"
    if _ESCAPED_NUL not in data and not any(name in data for name in plan.camel_names):
        try:
            request: T = plan.decoder.decode(data)
        except _UNDECODABLE:
            return _convert(_load_object(data), request_type)
        if not _has_wide_integer(request):
            return request
    return _convert(_load_object(data), request_type)


def decode_body_in_path(request_type: type[T], body: bytes, path: dict[str, str]) -> T:
    """Return the request whose fields stand in a JSON `body` and, as far as `path` has them, in its URL."""
    value = _load_object(body or b"{}")
    for field in _plan(request_type).fields:
        if (text := path.get(field.name)) is None:
            continue
        for spelled in {field.name, field.camel}.intersection(value):
            if (said := value.pop(spelled)) != text:
                raise InvalidParameterValue(
                    f"The URL says '{text[:300]}' for parameter '{field.name}', but the body {_as_json(said)}. "
                    "Leave it out of the body."
                )
    return _convert(value | path, request_type)


def decode_query(request_type: type[T], pairs: list[tuple[str, str]]) -> T:
    """Return the request that a query string's `pairs` spell; a repeated key is a list, else the first one counts."""
    lists = {
        spelling for field in _plan(request_type).fields if field.is_list for spelling in (field.name, field.camel)
    }
    values: dict[str, Json] = {}
    for key, text in pairs:
        if key in lists:
            values.setdefault(key, []).append(text)
        else:
            values.setdefault(key, text)
    return _convert(values, request_type)


def encode(value: msgspec.Struct) -> bytes:
    """Return `value` as JSON; doubles that are not finite become `"NaN"`, `"Infinity"` and `"-Infinity"`."""
    encoded = msgspec.json.encode(value)
    if b"null" in encoded:
        return msgspec.json.encode(_spell_non_finite(msgspec.to_builtins(value)))
    return encoded


def decode_response(response_type: type[T], body: bytes) -> T:
    """Return the response in a server's answer; raise `TemporarilyUnavailable` if it is anything else."""
    try:
        response: T = _plan(response_type).decoder.decode(body or b"{}")
    except _UNDECODABLE as error:
        raise TemporarilyUnavailable(
            f"The server's answer '{_excerpt(body)}' is not the {response_type.__name__} expected ({error}). "
            "Check that the address is a Headwater or MLflow server."
        ) from error
    return response


def encode_msgpack(value: msgspec.Struct) -> bytes:
    """Return `value` as MessagePack, which carries bytes and non-finite doubles as they are."""
    return msgspec.msgpack.encode(value)


def decode_msgpack(request_type: type[T], body: bytes) -> T:
    """Return the request in a MessagePack body; raise `InvalidParameterValue` if it is anything else."""
    try:
        request = msgspec.msgpack.decode(body, type=request_type)
    except _UNDECODABLE as error:
        raise InvalidParameterValue(f"The MessagePack body is not a {request_type.__name__}: {error}.") from error
    if _has_wide_integer(request):
        raise InvalidParameterValue(f"The MessagePack {request_type.__name__} holds an integer of more than 64 bits.")
    return request


class _SeriesList(msgspec.Struct, frozen=True):
    series: list[SeriesHeader]


def encode_series(series: Series) -> bytes:
    """Return `series` in the binary form that `headwater.protocol.columns.Series` describes."""
    header = msgspec.json.encode(_SeriesList(series.series))
    header += b" " * (-(len(header) + 4) % 8)
    return b"".join((len(header).to_bytes(4, "little"), header, series.data))


def decode_series(body: bytes) -> Series:
    """Return the series in a binary answer; raise `TemporarilyUnavailable` if it is anything else."""
    end = 4 + int.from_bytes(body[:4], "little")
    if len(body) < end:
        raise TemporarilyUnavailable(
            f"The server's answer '{_excerpt(body)}' is not a block of series. Check the address."
        )
    return Series(decode_response(_SeriesList, body[4:end]).series, body[end:])


class _Field(NamedTuple):
    name: str
    camel: str
    required: bool
    type: Any  # what msgspec.structs.fields gives: a class or a typing form
    is_list: bool


class _Plan(NamedTuple):
    """What the codec knows of one struct; `camel_names` are the quoted spellings at any depth."""

    decoder: Any  # msgspec.json.Decoder of the struct, whose type a cached function cannot carry
    fields: tuple[_Field, ...]
    camel_names: tuple[bytes, ...]
    integers: tuple[str, ...]
    structs: tuple[str, ...]


@cache
def _plan(struct: type[msgspec.Struct]) -> _Plan:
    fields = []
    camel_names: set[bytes] = set()
    integers, structs = [], []
    for field in msgspec.structs.fields(struct):
        kind = _without_none(field.type)
        is_list = get_origin(kind) is list
        camel = re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), field.encode_name)
        fields.append(_Field(field.encode_name, camel, field.required, kind, is_list))
        if camel != field.encode_name:
            camel_names.add(f'"{camel}"'.encode())
        inner = get_args(kind)[0] if is_list else kind
        if _is_struct(inner):
            camel_names.update(_plan(inner).camel_names)
        if kind is int:
            integers.append(field.name)
        elif _is_struct(kind):
            structs.append(field.name)
    decoder = msgspec.json.Decoder(struct, strict=False)
    return _Plan(decoder, tuple(fields), tuple(sorted(camel_names)), tuple(integers), tuple(structs))


def _without_none(kind: Any) -> Any:
    if get_origin(kind) is UnionType:
        return next(argument for argument in get_args(kind) if argument is not NoneType)
    return kind


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _has_wide_integer(request: msgspec.Struct) -> bool:
    """Return whether an integer fits no database column; those in lists are checked by the requests themselves."""
    plan = _plan(type(request))
    for name in plan.integers:
        value = getattr(request, name)
        if value is not None and not -MAX_INT64 - 1 <= value <= MAX_INT64:
            return True
    for name in plan.structs:
        inner: msgspec.Struct | None = getattr(request, name)
        if inner is not None and _has_wide_integer(inner):
            return True
    return False


def _load_object(body: bytes) -> dict[str, Json]:
    try:
        value = json.loads(body)
        if isinstance(value, str):
            value = json.loads(value)
    except json.JSONDecodeError as error:
        at = len(error.doc[: error.pos].encode(errors="surrogatepass"))
        raise InvalidParameterValue(f"The request body is malformed JSON at byte {at}: {error.msg}.") from error
    except UnicodeDecodeError as error:
        raise InvalidParameterValue(f"The request body is malformed JSON at byte {error.start}: not UTF-8.") from error
    except RecursionError as error:
        raise InvalidParameterValue("The request body is nested too deeply. Send a flat JSON object.") from error
    except ValueError as error:  # an integer of more than 4,300 digits
        raise InvalidParameterValue("The request body holds a number that is too long.") from error
    if not isinstance(value, dict):
        raise InvalidParameterValue(f"The request body must be a JSON object, not '{_excerpt(body)}'.")
    return value


def _convert(value: dict[str, Json], struct: type[T]) -> T:
    normal = _normalise_struct(value, struct, "")
    try:
        return msgspec.convert(normal, struct, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidParameterValue(f"Invalid request: {error}.") from error


def _normalise_struct(value: dict[str, Json], struct: type[msgspec.Struct], prefix: str) -> dict[str, Json]:
    normal: dict[str, Json] = {}
    for field in _plan(struct).fields:
        spelled = value.get(field.name)
        if field.camel != field.name and field.camel in value:
            if field.name in value:
                raise InvalidParameterValue(
                    f"Request specifies both '{field.name}' and '{field.camel}'; provide only one of them."
                )
            spelled = value[field.camel]
        if spelled is not None:
            normal[field.name] = _normalise(spelled, field.type, prefix + field.name)
        elif field.required:
            raise missing(prefix + field.name)
    return normal


def _normalise(value: Json, kind: Any, path: str) -> Json:
    if get_origin(kind) is list:
        if not isinstance(value, list):
            raise _invalid(value, path)
        (inner,) = get_args(kind)
        return [_normalise(item, inner, f"{path}[{index}]") for index, item in enumerate(value)]
    if _is_struct(kind) or get_origin(kind) is dict:
        if not isinstance(value, dict):
            raise _invalid(value, path)
        return _normalise_struct(value, kind, path + ".") if _is_struct(kind) else value
    if issubclass(kind, Enum):
        return _normalise_enum(value, kind, path)
    return _SCALARS[kind](value, path)


def _normalise_text(value: Json, path: str) -> str:
    if not isinstance(value, str):
        raise _invalid(value, path)
    check_no_nul(path, value)
    return value


def _normalise_integer(value: Json, path: str) -> int:
    number = None
    if isinstance(value, str):
        number = int(value) if _INTEGER.fullmatch(value) else None
    elif isinstance(value, float):
        number = int(value) if value.is_integer() else None
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    if number is None or not -MAX_INT64 - 1 <= number <= MAX_INT64:
        raise _invalid(value, path)
    return number


def _normalise_double(value: Json, path: str) -> float:
    if isinstance(value, int | float) or (isinstance(value, str) and value.isascii() and "_" not in value):
        try:
            return float(value)
        except (ValueError, OverflowError) as error:
            raise _invalid(value, path) from error
    raise _invalid(value, path)


def _normalise_switch(value: Json, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise _invalid(value, path)


_SCALARS = {
    str: _normalise_text,
    bytes: _normalise_text,
    int: _normalise_integer,
    float: _normalise_double,
    bool: _normalise_switch,
}


def _normalise_enum(value: Json, kind: type[Enum], path: str) -> str:
    """Return the member's value; protobuf numbers them from 1 in the order of their definition."""
    names = [str(member.value) for member in kind]
    if isinstance(value, str) and value in names:
        return value
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number or (isinstance(value, str) and _INTEGER.fullmatch(value)):
        number = int(value)
        if 1 <= number <= len(names):
            return names[number - 1]
    raise InvalidParameterValue(
        f"Invalid value {_as_json(value)} for parameter '{path}' supplied: it must be one of {', '.join(names)}."
    )


def _invalid(value: Json, path: str) -> InvalidParameterValue:
    return invalid(_as_json(value), path, type(value).__name__)


def _as_json(value: Json) -> str:
    text = json.dumps(value)
    return text if len(text) <= 500 else text[:500] + "…"


def _excerpt(body: bytes) -> str:
    return body[:80].decode(errors="replace")


def _spell_non_finite(value: Json) -> Json:
    if isinstance(value, float):
        return value if math.isfinite(value) else _spell(value)
    if isinstance(value, dict):
        return {key: _spell_non_finite(item) for key, item in value.items()}
    if isinstance(value, list) and not _is_column_of_finite(value):
        return [_spell_non_finite(item) for item in value]
    return value


def _is_column_of_finite(values: list[Json]) -> bool:
    """Return whether a quick look shows plain numbers: a sum that is finite has finite parts."""
    try:
        return math.isfinite(sum(filter(None, values)))
    except (TypeError, OverflowError):
        return False


def _spell(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
