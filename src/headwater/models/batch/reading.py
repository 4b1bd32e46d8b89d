"""Files as chunks of rows, each a pandas frame; never more of a file in memory than a chunk needs."""

import csv
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from headwater.models.batch.csv_types import CsvTypes, named_columns
from headwater.models.batch.formats import Format, find_format, list_files
from headwater.models.schema.types import Schema
from headwater.models.scoring.casting import cast_column, cast_text_column
from headwater.models.scoring.payload import parse_json, record_columns
from headwater.protocol.errors import BadRequest, InvalidParameterValue, NotSupported, ResourceDoesNotExist

_CSV_BLOCK_BYTES = 4 << 20
_READ_BUFFER_BYTES = 1 << 20


class Source(ABC):
    """Rows of one file or of all files in a folder.

    Attributes:
        total: rows, None if only reading it all would tell.
        may_retype: whether `chunks` may raise `Retyped`.
    """

    total: int | None = None
    may_retype = False

    def __init__(self, files: list[Path], schema: Schema | None, kept: Collection[str]) -> None:
        self.files = files
        self.schema = schema
        self.kept = kept

    @abstractmethod
    def chunks(self, rows: int) -> Iterator[Any]:
        """Yield frames of about this many rows; raise `Retyped` if all must be read again from the beginning."""

    def wanted(self, names: list[str]) -> list[str]:
        """Return the columns to read of those that there are: what the model takes and what is kept, if that is known.

        Raises `InvalidParameterValue` if a column that is to be kept does not exist.
        """
        missing = [name for name in self.kept if name not in names]
        if missing:
            raise InvalidParameterValue(
                f"There is no column '{missing[0]}' to keep in '{self.files[0]}'. It has: {', '.join(names[:20])}."
            )
        known = named_columns(self.schema)
        taken = {str(name) for name in known} | set(self.kept)
        return [name for name in names if name in taken] if known else names


def open_source(path: Path, given_format: str, schema: Schema | None, kept: Collection[str] = ()) -> Source:
    """Return the rows of a file or a folder.

    Raises `ResourceDoesNotExist` if there is none, `NotSupported` if a package is missing that reads the format.
    """
    files = list_files(path)
    if not path.exists() or not files:
        raise ResourceDoesNotExist(f"No such file: '{path}'. Give a file, or a folder with files, of rows.")
    match find_format(path, given_format):
        case Format.PARQUET:
            return ParquetSource(files, schema, kept)
        case Format.CSV:
            return CsvSource(files, schema, kept) if _has_arrow() else PlainCsvSource(files, schema, kept)
        case Format.JSONL:
            return LinesSource(files, schema, kept)
    raise InvalidParameterValue(f"'{path}' is one JSON document, which is no table. Use JSON lines for many rows.")


class ParquetSource(Source):
    """Parquet, read page by page."""

    def __init__(self, files: list[Path], schema: Schema | None, kept: Collection[str]) -> None:
        super().__init__(files, schema, kept)
        if not _has_arrow():
            raise NotSupported("Parquet is read by pyarrow, which is not installed: pip install 'headwater[parquet]'.")
        import pyarrow.parquet as pq

        with _reading(files[0]):
            self.total = sum(pq.read_metadata(file).num_rows for file in files)

    def chunks(self, rows: int) -> Iterator[Any]:
        """Yield frames of about this many rows."""
        import pyarrow.parquet as pq

        for path in self.files:
            with (
                _reading(path),
                pq.ParquetFile(path, buffer_size=_READ_BUFFER_BYTES, pre_buffer=False) as file,
            ):
                columns = self.wanted(file.schema_arrow.names)
                for batch in file.iter_batches(batch_size=rows, columns=columns):
                    yield batch.to_pandas()


class CsvSource(Source):
    """CSV, read by Arrow with all processors."""

    may_retype = True

    def __init__(self, files: list[Path], schema: Schema | None, kept: Collection[str]) -> None:
        super().__init__(files, schema, kept)
        self._types = CsvTypes(schema)

    def chunks(self, rows: int) -> Iterator[Any]:
        """Yield frames of about this many rows; raise `Retyped` after a value of an unexpected type."""
        import pyarrow as pa

        for path in self.files:
            names = _read_header(path)
            waiting: list[Any] = []
            for batch in self._batches(path, names):
                waiting.append(batch)
                if sum(map(len, waiting)) >= rows:
                    yield from self._frames(pa.Table.from_batches(waiting), rows)
                    waiting = []
            if waiting:
                yield from self._frames(pa.Table.from_batches(waiting), rows)

    def _batches(self, path: Path, names: list[str]) -> Iterator[Any]:
        import pyarrow as pa
        import pyarrow.csv

        convert = pa.csv.ConvertOptions(
            column_types=self._types.arrow_types(),
            include_columns=self.wanted(names),
            strings_can_be_null=True,
            timestamp_parsers=[],
        )
        read = pa.csv.ReadOptions(block_size=_CSV_BLOCK_BYTES)
        with _reading(path):
            try:
                with pa.csv.open_csv(path, read_options=read, convert_options=convert) as reader:
                    self._types.note_guesses(reader.schema)
                    yield from reader
            except pa.ArrowInvalid as error:
                self._types.learn_from(error, names)
                raise

    def _frames(self, table: Any, rows: int) -> Iterator[Any]:
        self._types.check_missing(table)
        for start in range(0, len(table), rows):
            yield self._types.cast(table.slice(start, rows).to_pandas())


class PlainCsvSource(Source):
    """CSV, read by pandas, where there is no Arrow."""

    def chunks(self, rows: int) -> Iterator[Any]:
        """Yield frames of this many rows."""
        import pandas as pd

        for path in self.files:
            with _reading(path):
                columns = self.wanted(_read_header(path))
                known = self._known(columns)
                guessed = {} if len(known) == len(columns) else self._guess(path, rows)
                types = {**guessed, **dict.fromkeys(known, str)}
                with pd.read_csv(path, chunksize=rows, usecols=columns, dtype=types) as reader:
                    for frame in reader:
                        yield cast_frame(frame[columns], self.schema, Format.CSV)

    def _known(self, columns: list[str]) -> list[str]:
        known = named_columns(self.schema)
        return [name for name in columns if name in known]

    def _guess(self, path: Path, rows: int) -> dict[str, Any]:
        """Return the types that pandas would guess from the whole file, from chunk after chunk of it."""
        import numpy as np
        import pandas as pd

        found: dict[str, Any] = {}
        with pd.read_csv(path, chunksize=rows) as reader:
            for frame in reader:
                for name, dtype in frame.dtypes.items():
                    before = found.setdefault(str(name), dtype)
                    if before != dtype:
                        are_numbers = all(isinstance(kind, np.dtype) and kind.kind in "if" for kind in (before, dtype))
                        found[str(name)] = np.dtype("float64") if are_numbers else np.dtype("object")
        return found


class LinesSource(Source):
    """JSON lines: a record in each."""

    def chunks(self, rows: int) -> Iterator[Any]:
        """Yield frames of this many rows."""
        for path in self.files:
            records: list[Any] = []
            with path.open("rb") as stream:
                for number, line in enumerate(stream, 1):
                    if not line.strip():
                        continue
                    records.append(_read_record(line, path, number))
                    if len(records) == rows:
                        yield self._frame(records)
                        records = []
            if records:
                yield self._frame(records)

    def _frame(self, records: list[Any]) -> Any:
        import pandas as pd

        columns = record_columns(records)
        chosen = self.wanted([str(name) for name in columns])
        frame = pd.DataFrame({name: columns[name] for name in chosen}, dtype=object)
        return cast_frame(frame if named_columns(self.schema) else frame.infer_objects(), self.schema, Format.JSONL)


def cast_frame(frame: Any, schema: Schema | None, form: Format) -> Any:
    """Return a frame of the texts of CSV, or of JSON's values, with the types of the signature, where it has one."""
    specs = named_columns(schema)
    for name in frame.columns:
        if name in specs:
            values = [None if value is None or value != value else value for value in frame[name].tolist()]
            if form is Format.CSV:
                frame[name] = cast_text_column(name, values, specs[name])
            else:
                frame[name] = cast_column(name, values, specs[name], has_base64=True)
    return frame


def _read_record(line: bytes, path: Path, number: int) -> Any:
    try:
        found = parse_json(line)
    except BadRequest as error:
        raise BadRequest(f"Line {number} of '{path}' is no JSON: {error.message}") from None
    if not isinstance(found, dict):
        raise BadRequest(f"Line {number} of '{path}' is no JSON object. Give a record with the columns in each line.")
    return found


def _read_header(path: Path) -> list[str]:
    with _reading(path), path.open(encoding="utf-8-sig", newline="") as stream:
        names = next(csv.reader(stream), [])
    if not names or len(set(names)) < len(names):
        raise InvalidParameterValue(f"The first line of '{path}' must name its columns, each by another name.")
    return names


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what readers raise about bad files into an error that names the file."""
    try:
        yield
    except (ValueError, OSError, UnicodeDecodeError, csv.Error) as error:  # Arrow's and pandas' are ValueErrors
        raise BadRequest(f"'{path}' cannot be read: {error}") from error


def _has_arrow() -> bool:
    return find_spec("pyarrow") is not None
