"""A body of JSON: which of the four fields it has, what the field holds, and the params."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from headwater.models.schema.types import Name
from headwater.models.scoring.content_types import OLD_PROTOCOL
from headwater.protocol.errors import BadRequest

SPLIT, RECORDS, INSTANCES, INPUTS = "dataframe_split", "dataframe_records", "instances", "inputs"
FIELDS = (SPLIT, RECORDS, INSTANCES, INPUTS)
CHAT_KEYS = ("messages", "prompt", "input")
_SHOWN_BYTES = 200
_EXPECTED = (
    "The input must be a JSON dictionary with exactly one of the input fields "
    f"{{{', '.join(repr(name) for name in FIELDS)}}}."
)
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Payload:
    """What a body says; the field "" is a dictionary for a chat model, which is given to it as it is.

    `wants_stream`: it says `"stream": true`.
    """

    field: str
    value: Any
    params: Any = None
    wants_stream: bool = False


def parse_payload(body: bytes | str) -> Payload:
    """Return what a body of JSON says; raise `BadRequest` unless it is a dictionary with one of the fields."""
    found = parse_json(body)
    if not isinstance(found, dict):
        kind = "a list" if isinstance(found, list) else f"unexpected input type '{type(found)}'"
        raise BadRequest(f"Invalid input. {_EXPECTED} Received {kind}.")
    fields = [name for name in FIELDS if name in found]
    wants_stream = found.get("stream") is True
    if len(fields) == 1:
        return Payload(fields[0], found[fields[0]], found.get("params"), wants_stream)
    if not fields and any(key in found for key in CHAT_KEYS):
        return Payload("", found, None, wants_stream)
    raise BadRequest(f"{_EXPECTED} Received dictionary with input fields: {fields}. {OLD_PROTOCOL}")


def parse_json(body: bytes | str) -> Any:
    """Return what JSON says, NaN and Infinity as Python writes them included; raise `BadRequest` if it is none."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        shown = body if isinstance(body, bytes) else body.encode()
        cut = shown[:_SHOWN_BYTES] + (b"..." if len(shown) > _SHOWN_BYTES else b"")
        message = f"{type(error).__name__}('{error}')"
        raise BadRequest(
            f"Invalid input. Ensure that input is a valid JSON formatted string. Error: '{message}'\nInput: \n{cut!r}\n"
        ) from None


def parse_split(value: Any) -> tuple[list[Name], list[Any]]:
    """Return the names of the columns and the rows of a `dataframe_split`; raise `BadRequest` if it is none."""
    if not isinstance(value, Mapping):
        raise BadRequest(f"Invalid input. Dataframe split format must be a dictionary. Got {_spell(value)}.")
    if "data" not in value or not value.keys() <= {"columns", "index", "data"}:
        raise BadRequest(
            "Invalid input. Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields. "
            f"Got {set(value)}."
        )
    rows, columns = value["data"], value.get("columns")
    if not isinstance(rows, list) or not isinstance(columns, list | None):
        raise bad_split("'columns' and 'data' must be lists")
    if columns is None:
        first = rows[0] if rows else []
        columns = list(range(len(first) if isinstance(first, list) else 1))
    return columns, rows


def split_columns(columns: list[Name], rows: list[Any]) -> dict[Name, list[Any]]:
    """Return the values of each column; raise `BadRequest` if rows and columns do not match."""
    width = len(columns)
    if not all(isinstance(name, str | int | float) for name in columns) or len(set(columns)) < width:
        raise bad_split(f"columns must have different names, got {columns}")
    rows = [row if isinstance(row, list | tuple) else [row] for row in rows]
    for row in rows:
        if len(row) != width:
            raise bad_split(f"{width} columns passed, passed data had {len(row)} columns")
    if not rows:
        return {name: [] for name in columns}
    return dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))


def record_columns(records: Any) -> dict[Name, list[Any]]:
    """Return the values of each column of a `dataframe_records`; raise `BadRequest` if it is no list of records.

    What is no dictionary is a row without names.
    """
    if not isinstance(records, list):
        raise BadRequest(f"Invalid input. Dataframe records format must be a list of records. Got {_spell(records)}.")
    if not records or not isinstance(records[0], dict):
        rows = [row if isinstance(row, list) else [row] for row in records]
        return split_columns(list(range(len(rows[0]) if rows else 0)), rows)
    names: dict[Name, None] = {}
    for record in records:
        if not isinstance(record, dict):
            raise BadRequest(f"Invalid input. Dataframe records must all be dictionaries. Got {_spell(record)}.")
        names.update(dict.fromkeys(record))
    return {name: [record.get(name) for record in records] for name in names}


def bad_split(reason: str) -> BadRequest:
    """Return the error about a `dataframe_split` that is no table."""
    return BadRequest(
        "Invalid input. Provided dataframe_split field is not a valid dataframe representation in 'split' format. "
        f"Error: '{reason}'"
    )


def _spell(value: Any) -> str:
    return {"list": "list", "dict": "dictionary"}.get(type(value).__name__, type(value).__name__)
