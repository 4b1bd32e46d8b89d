"""Bodies that are tables in a format of their own: CSV, Parquet, Arrow."""

import csv
import io
from importlib import import_module
from typing import Any

from headwater.models.schema.types import Name
from headwater.models.scoring.content_types import ContentType
from headwater.protocol.errors import BadRequest, UnsupportedMediaType

_MISSING = frozenset(
    {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"}
    | {"NULL", "NaN", "None", "n/a", "nan", "null"}
)
"""What pandas takes for a missing value, too."""


def read_csv_columns(body: bytes) -> dict[Name, list[Any]]:
    """Return the texts of each column of a CSV file with a header, None for missing ones; raise `BadRequest` if bad."""
    try:
        lines = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        rows = [row for row in lines if row]
    except (csv.Error, UnicodeDecodeError) as error:
        raise _bad_csv(str(error)) from None
    if not rows:
        raise _bad_csv("No columns to parse from file")
    header, *rows = rows
    if len(set(header)) < len(header):
        raise _bad_csv(f"columns must have different names, got {header}")
    width = len(header)
    for number, row in enumerate(rows):
        if len(row) > width:
            raise _bad_csv(f"Expected {width} fields in row {number}, saw {len(row)}")
        if len(row) < width:
            row.extend([""] * (width - len(row)))
    values = zip(*rows, strict=True) if rows else ((),) * width
    return {
        name: [None if text in _MISSING else text for text in column]
        for name, column in zip(header, values, strict=True)
    }


def read_csv_frame(body: bytes) -> Any:
    """Return a CSV file as a pandas frame, whose types are guessed; raise `BadRequest` if it is none."""
    _require("CSV", "pandas")
    import pandas as pd

    try:
        return pd.read_csv(io.BytesIO(body))
    except ValueError as error:  # pandas' errors of parsing are ValueErrors
        raise _bad_csv(str(error)) from None


def read_parquet(body: bytes) -> Any:
    """Return a Parquet file as a pandas frame; raise `BadRequest` if it is none."""
    _require("Parquet", "pandas", "pyarrow")
    import pyarrow.parquet

    try:
        return pyarrow.parquet.read_table(io.BytesIO(body)).to_pandas()
    except (pyarrow.ArrowException, ValueError, OSError) as error:
        raise BadRequest(
            "Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid Parquet Pandas DataFrame "
            f"produced using the `pandas.DataFrame.to_parquet()` method. Error: '{error}'"
        ) from None


def read_arrow(body: bytes, kind: ContentType) -> Any:
    """Return a stream or file of Arrow IPC as a pandas frame; raise `BadRequest` if it is none."""
    _require("Arrow", "pandas", "pyarrow")
    import pyarrow

    open_body = pyarrow.ipc.open_stream if kind is ContentType.ARROW_STREAM else pyarrow.ipc.open_file
    try:
        with open_body(io.BytesIO(body)) as reader:
            return reader.read_all().to_pandas()
    except (pyarrow.ArrowException, ValueError, OSError) as error:
        raise BadRequest(
            "Failed to parse input as a Pandas DataFrame. "
            f"Ensure that the input is Arrow IPC of the type {kind.value}. Error: '{error}'"
        ) from None


def _require(what: str, *packages: str) -> None:
    for package in packages:
        try:
            import_module(package)
        except ImportError:
            raise UnsupportedMediaType(
                f"This server cannot read {what} for this model: {package} is not installed. Send JSON, or install "
                f"{package} where the server runs."
            ) from None


def _bad_csv(reason: str) -> BadRequest:
    return BadRequest(
        "Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid CSV-formatted Pandas DataFrame "
        f"produced using the `pandas.DataFrame.to_csv()` method. Error: '{reason}'"
    )
