"""Rows of a table file, read as a stream: the memory needed does not depend on the file's size."""

import codecs
import csv
import json
from collections.abc import Iterator
from itertools import islice

from headwater.protocol.artifacts import PreviewTable, PreviewTableResponse
from headwater.protocol.errors import InvalidParameterValue

_SEPARATORS = {"csv": ",", "tsv": "\t", "tab": "\t"}
_JSON_LINES = {"jsonl", "ndjson"}
_MAX_LINE = 1 << 20
_MAX_CELL = 2000
_MAX_COLUMNS = 1000

_Record = dict[str, str]


def preview_table(data: Iterator[bytes], request: PreviewTable) -> PreviewTableResponse:
    """Return the rows of a file's bytes that `request` asks for, every cell as text of at most 2,000 characters.

    Raises `InvalidParameterValue` if the file is of another kind, or not what its name says.
    """
    extension = request.path.rpartition(".")[2].lower()
    if extension not in _SEPARATORS and extension not in _JSON_LINES:
        raise InvalidParameterValue(f"Cannot preview '{request.path}' as a table. Name a csv, tsv or jsonl file.")
    lines = _read_lines(data, request.path)
    try:
        if extension in _JSON_LINES:
            return _preview_records(_parse_records(lines, request.path), request)
        return _preview_rows(csv.reader(lines, delimiter=_SEPARATORS[extension]), request)
    except csv.Error as error:
        raise InvalidParameterValue(f"Cannot read '{request.path}': {error}. Download it instead.") from error


def _preview_rows(rows: Iterator[list[str]], request: PreviewTable) -> PreviewTableResponse:
    filled = (row[:_MAX_COLUMNS] for row in rows if row)
    columns = _cut(next(filled, []))
    page = [_cut(row) for row in islice(filled, request.offset, request.offset + request.limit)]
    more = next(filled, None) is not None
    width = max((len(row) for row in page), default=0)
    columns += [f"column {index + 1}" for index in range(len(columns), width)]
    return PreviewTableResponse(columns, [row + [""] * (len(columns) - len(row)) for row in page], more)


def _preview_records(records: Iterator[_Record], request: PreviewTable) -> PreviewTableResponse:
    # Columns come from the file's beginning to the page's end, so that they stand in one order on every page.
    columns: dict[str, None] = {}
    page: list[_Record] = []
    for index, record in enumerate(islice(records, request.offset + request.limit)):
        for name in record:
            if len(columns) < _MAX_COLUMNS:
                columns.setdefault(name)
        if index >= request.offset:
            page.append(record)
    more = next(records, None) is not None
    return PreviewTableResponse(list(columns), [[record.get(name, "") for name in columns] for record in page], more)


def _parse_records(lines: Iterator[str], path: str) -> Iterator[_Record]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidParameterValue(f"Cannot read '{path}': line '{number}' is not JSON.") from error
        record = value if isinstance(value, dict) else {"value": value}
        yield {name[:_MAX_CELL]: _to_text(cell) for name, cell in record.items()}


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
