"""Rows of a table file, read as a stream: the memory needed does not depend on the file's size."""

import codecs
import csv
import json
import math
from collections.abc import Iterator, Mapping
from itertools import islice

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.previews import PreviewTable, PreviewTableResponse
from headwater.stores.sql.preview_archive import is_archive, open_member
from headwater.stores.sql.preview_binary import BINARY_TABLES, ReadAt, preview_binary
from headwater.stores.sql.preview_columns import choose_columns
from headwater.stores.sql.preview_file import StoredFile
from headwater.stores.sql.preview_json import read_json_records
from headwater.stores.sql.preview_order import MAX_SORTED_ROWS, order_rows

_SEPARATORS = {"csv": ",", "tsv": "\t", "tab": "\t"}
_JSON_LINES = {"jsonl", "ndjson"}
_MAX_LINE = 1 << 20
_MAX_CELL = 2000
_MAX_COLUMNS = 10_000

_Record = dict[str, str]
_Rows = Iterator[list[str]]


def preview_table(file: StoredFile, request: PreviewTable) -> PreviewTableResponse:
    """Return the rows of a file that `request` asks for, every cell as text of at most 2,000 characters.

    Raises `InvalidParameterValue` if the file is of another kind, or not what its name says.
    """
    if is_archive(request.path):
        member = open_member(file, request.path, request.member).file
        return preview_binary(ReadAt(member.size, member.read), "npy", request)
    extension = request.path.rpartition(".")[2].lower()
    if extension == "json":
        return _preview_records(map(_to_record, read_json_records(file, request.path)), request)
    if extension in BINARY_TABLES:
        return preview_binary(ReadAt(file.size, file.read), extension, request)
    if extension not in _SEPARATORS and extension not in _JSON_LINES:
        raise InvalidParameterValue(
            f"Cannot preview '{request.path}' as a table. Name a csv, tsv, json, jsonl, parquet, npy or npz file."
        )
    lines = _read_lines(file.read(0, None), request.path)
    try:
        if extension in _JSON_LINES:
            return _preview_records(_parse_records(lines, request.path), request)
        return _preview_rows(csv.reader(lines, delimiter=_SEPARATORS[extension]), request)
    except csv.Error as error:
        raise InvalidParameterValue(f"Cannot read '{request.path}': {error}. Download it instead.") from error


def _preview_rows(rows: _Rows, request: PreviewTable) -> PreviewTableResponse:
    filled = (row[:_MAX_COLUMNS] for row in rows if row)
    columns = _cut(next(filled, []))
    wanted = order_rows(_matching(filled, request.contains), columns, request)
    page = [_cut(row) for row in islice(wanted, request.offset, request.offset + request.limit)]
    more = next(wanted, None) is not None
    width = max((len(row) for row in page), default=0)
    columns += [f"column {index + 1}" for index in range(len(columns), width)]
    shown = choose_columns(columns, request)
    cells = [[row[place] if place < len(row) else "" for place in shown.places] for row in page]
    return PreviewTableResponse(shown.names, cells, more, column_total=shown.total)


def _matching(rows: _Rows, contains: str) -> _Rows:
    needle = contains.lower()
    return (row for row in rows if any(needle in cell.lower() for cell in row)) if needle else rows


def _preview_records(records: Iterator[_Record], request: PreviewTable) -> PreviewTableResponse:
    # Columns come from the file's beginning to the page's end, so that they stand in one order on every page.
    columns: dict[str, None] = {}
    needle = request.contains.lower()
    last = math.inf if request.sort else request.offset + request.limit

    def read() -> Iterator[_Record]:
        wanted = (one for one in records if not needle or any(needle in cell.lower() for cell in one.values()))
        for index, record in enumerate(wanted):
            if index < last:
                for name in islice(record, _MAX_COLUMNS - len(columns)):
                    columns.setdefault(name)
            yield record

    if request.sort:
        known = list(islice(read(), MAX_SORTED_ROWS + 1))
        names = list(columns)
        ordered = order_rows(([one.get(name, "") for name in names] for one in known), names, request)
        page = list(islice(ordered, request.offset, request.offset + request.limit))
        shown = choose_columns(names, request)
        cells = [[row[place] for place in shown.places] for row in page]
        return PreviewTableResponse(shown.names, cells, next(ordered, None) is not None, column_total=shown.total)
    rows = read()
    found = list(islice(rows, request.offset, request.offset + request.limit))
    more = next(rows, None) is not None
    shown = choose_columns(list(columns), request)
    cells = [[record.get(name, "") for name in shown.names] for record in found]
    return PreviewTableResponse(shown.names, cells, more, column_total=shown.total)


def _parse_records(lines: Iterator[str], path: str) -> Iterator[_Record]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidParameterValue(f"Cannot read '{path}': line '{number}' is not JSON.") from error
        yield _to_record(value if isinstance(value, dict) else {"value": value})


def _to_record(record: Mapping[str, object]) -> _Record:
    return {name[:_MAX_CELL]: _to_text(cell) for name, cell in record.items()}


def _to_text(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:_MAX_CELL]


def _cut(row: list[str]) -> list[str]:
    return [cell[:_MAX_CELL] for cell in row]


def _read_lines(data: Iterator[bytes], path: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    rest = ""
    for chunk in data:
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        for line in lines:
            yield f"{line}\n"
        if len(rest) > _MAX_LINE:
            raise InvalidParameterValue(f"Cannot read '{path}': a line has more than {_MAX_LINE} characters.")
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest
