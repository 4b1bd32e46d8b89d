"""Predictions into files, chunk by chunk; the file appears under its name once it is complete."""

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np

from headwater.models.batch.formats import Format
from headwater.models.batch.predictions import PREDICTION, Columns, to_records
from headwater.models.scoring.answers import Answer
from headwater.protocol.errors import InvalidParameterValue, NotSupported

_encode = msgspec.json.Encoder().encode


class Sink(ABC):
    """A file that is written, in the given stream."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    @abstractmethod
    def write(self, columns: Columns, count: int) -> None:
        """Write the predictions for `count` rows."""

    def close(self) -> None:  # noqa: B027 - most formats need no end
        """Write what belongs to the end."""


@contextmanager
def writing(path: Path, form: Format) -> Iterator[Sink]:
    """Yield what writes a file beside its place, and put it there if nothing was raised.

    A file that was there is replaced. Raises `NotSupported` if a package is missing that writes the format.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        stream = part.open("wb")
    except OSError as error:
        raise InvalidParameterValue(f"Cannot write '{path}': {error.strerror}. Choose another place.") from error
    try:
        with stream:
            sink = open_sink(stream, form)
            try:
                yield sink
            finally:  # Arrow's writers must not outlive their stream
                sink.close()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def open_sink(stream: IO[bytes], form: Format) -> Sink:
    """Return what writes a format into a stream; raise `NotSupported` if a package is missing for it."""
    if form is Format.CSV:
        return _ArrowCsv(stream) if find_spec("pyarrow") else _PlainCsv(stream)
    if form is Format.PARQUET:
        if find_spec("pyarrow") is None:
            raise NotSupported(
                "Parquet is written by pyarrow, which is not installed: pip install 'headwater[parquet]'."
            )
        return _Parquet(stream)
    return _Json(stream) if form is Format.JSON else _Lines(stream)


class _Arrow(Sink, ABC):
    """What is written as Arrow tables, which all have the types of the first one."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self._writer: Any = None
        self._schema: Any = None

    def write(self, columns: Columns, count: int) -> None:  # noqa: ARG002  # the columns know it
        import pyarrow as pa

        try:
            table = pa.table({name: pa.array(c, from_pandas=_is_objects(c)) for name, c in columns.items()})
            if self._writer is None:
                self._schema = table.schema
                self._writer = self.open(table.schema)
            table = table.cast(self._schema)
        except (pa.ArrowException, ValueError) as error:
            raise InvalidParameterValue(
                f"The model's predictions cannot be written as columns of one type: {error}. Write JSON lines instead."
            ) from error
        self._writer.write_table(table)

    @abstractmethod
    def open(self, schema: Any) -> Any:
        """Return a writer of tables of this schema."""

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class _Parquet(_Arrow):
    def open(self, schema: Any) -> Any:
        import pyarrow.parquet as pq

        return pq.ParquetWriter(self.stream, schema, compression="zstd")

    def close(self) -> None:
        if self._writer is None:  # a file without rows is a file, too
            import pyarrow as pa

            self._writer = self.open(pa.schema([(PREDICTION, pa.float64())]))
        super().close()


class _ArrowCsv(_Arrow):
    def open(self, schema: Any) -> Any:
        import pyarrow.csv as pc

        return pc.CSVWriter(self.stream, schema)

    def write(self, columns: Columns, count: int) -> None:
        texts = {name: _as_texts(column) for name, column in columns.items()}
        if len(texts) == 1:
            texts = {name: _without_gaps(column) for name, column in texts.items()}
        super().write(texts, count)


class _PlainCsv(Sink):
    """CSV by pandas, where there is no Arrow."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self._has_header = False

    def write(self, columns: Columns, count: int) -> None:  # noqa: ARG002
        import pandas as pd

        texts = {name: _as_texts(column) for name, column in columns.items()}
        pd.DataFrame(texts).to_csv(self.stream, index=False, header=not self._has_header, mode="wb")
        self._has_header = True


class _Lines(Sink):
    """JSON lines; what is no number is null."""

    def write(self, columns: Columns, count: int) -> None:
        self.stream.writelines(_encode(record) + b"\n" for record in to_records(columns, count))


class _Json(Sink):
    """A document of MLflow's scoring protocol, which has a record for each row, or a value if there is just one."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self._before = b'{"predictions":['  # not written before there is a prediction: the model may fail

    def write(self, columns: Columns, count: int) -> None:
        records = to_records(columns, count)
        values = [record[PREDICTION] for record in records] if list(columns) == [PREDICTION] else records
        is_finite = all(map(_is_finite, columns.values()))
        body = _encode(values) if is_finite else json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()
        if count:
            self.stream.write(self._before + body[1:-1])
            self._before = b","

    def close(self) -> None:
        self.stream.write(self._before.removeprefix(b",") + b"]}")


def _as_texts(column: Any) -> Any:
    """Return a column whose lists and dictionaries are JSON texts."""
    if not _is_objects(column) or not any(map(_is_nested, column)):
        return column
    return [_json_text(item) if _is_nested(item) else item for item in column]


def _without_gaps(column: Any) -> Any:
    """Return the only column with empty texts in place of missing values: an empty line would count as no row."""
    if getattr(getattr(column, "dtype", None), "kind", "O") in "iufb":
        return column
    return ["" if item is None or item != item else str(item) for item in column]


def _is_nested(item: Any) -> bool:
    return isinstance(item, list | dict | tuple) or hasattr(item, "tolist")


def _json_text(item: Any) -> str:
    return json.dumps(Answer([item], 1).plain()[0], ensure_ascii=False)


def _is_objects(column: Any) -> bool:
    return isinstance(column, list) or str(getattr(column, "dtype", "")) == "object"


def _is_finite(column: Any) -> bool:
    """Return whether there is certainly neither NaN nor an infinity, which JSON has no words for."""
    if isinstance(column, list):
        return False
    values = np.asarray(column)
    return values.dtype.kind in "iubUSM" or (values.dtype.kind == "f" and bool(np.isfinite(values).all()))
