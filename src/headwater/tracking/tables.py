"""Tables as artifacts: columns and rows of plain data, kept as split JSON or as Parquet."""

import datetime
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from headwater.protocol.artifacts import check_path
from headwater.protocol.errors import InvalidParameterValue, NotSupported

if TYPE_CHECKING:
    import pandas

FORBIDDEN = "\"',:[]{}"


@dataclass
class Table:
    """Rows under columns; appending a row with other columns widens the table."""

    columns: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)

    def append(self, other: "Table") -> None:
        """Add the rows of another table below, matched by the names of the columns."""
        wide = list(dict.fromkeys([*self.columns, *other.columns]))
        if wide != self.columns:
            lack = [None] * (len(wide) - len(self.columns))
            self.rows = [row + lack for row in self.rows]
            self.columns = wide
        if other.columns == wide:
            self.rows += other.rows
            return
        for row in other.rows:
            named = dict(zip(other.columns, row, strict=True))
            self.rows.append([named.get(name) for name in wide])

    def encode(self, artifact_file: str) -> bytes:
        """Return the table as the bytes of a file with this name."""
        if artifact_file.endswith(".json"):
            return json.dumps({"columns": self.columns, "data": self.rows}, separators=(",", ":")).encode()
        stream = io.BytesIO()
        frame = _frame(self)
        with _needs_parquet():
            frame.to_parquet(stream, index=False)
        return stream.getvalue()


def check_table_name(artifact_file: str) -> str:
    """Return the name of a table's file, once it is known to be allowed."""
    check_path(artifact_file)
    if PurePosixPath(artifact_file).suffix not in {".json", ".parquet"}:
        raise InvalidParameterValue(
            f"Invalid artifact file path '{artifact_file}'. Please ensure the file you are trying to log as a table "
            "has a file name with either '.json' or '.parquet' extension."
        )
    wrong = next((character for character in artifact_file if character in FORBIDDEN), "")
    if wrong:
        raise InvalidParameterValue(
            f"The artifact_file '{artifact_file}' contains forbidden character: {wrong} Use another name."
        )
    return artifact_file


def make_table(data: Any, convert: Callable[[Any], Any]) -> Table:
    """Return a frame, or a dict of columns or of single values, as a table; `convert` may replace a cell first.

    Raises:
        InvalidParameterValue: the data are neither, or the columns have several lengths.
    """
    if isinstance(data, Mapping):
        columns = [str(name) for name in data]
        rows = _rows_of(data)
    elif hasattr(data, "columns") and hasattr(data, "to_dict"):
        columns = [str(name) for name in data.columns]
        rows = data.rows() if hasattr(data, "rows") else data.to_dict("split")["data"]  # polars, pandas
    else:
        raise InvalidParameterValue(
            f"Invalid table data of type '{type(data).__name__}': data must be a pandas.DataFrame or a dictionary."
        )
    return Table(columns, [[_cell(convert(value)) for value in row] for row in rows])


def decode_table(path: Path) -> Table:
    """Return the table that a file holds."""
    if path.suffix == ".parquet":
        pandas = _pandas()
        with _needs_parquet():
            return make_table(pandas.read_parquet(path), lambda value: value)
    try:
        content = json.loads(path.read_bytes())
        return Table([str(name) for name in content["columns"]], [list(row) for row in content["data"]])
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidParameterValue(
            f"The artifact '{path.name}' is not a table: it lacks 'columns' and 'data'. Use another name."
        ) from error


def join_tables(tables: Iterable[tuple[Table, Mapping[str, Any]]]) -> "pandas.DataFrame":
    """Return tables below each other as one frame, each with its own constant columns on the right.

    A constant column whose name a table has already gets an underscore at its end.
    """
    joined = Table()
    for table, constants in tables:
        names = [_free_name(name, table.columns) for name in constants]
        wide = Table([*table.columns, *names], [[*row, *constants.values()] for row in table.rows])
        joined.append(wide)
    return _frame(joined)


def _free_name(name: str, taken: Sequence[str]) -> str:
    return _free_name(f"{name}_", taken) if name in taken else name


def _frame(table: Table) -> "pandas.DataFrame":
    frame: pandas.DataFrame = _pandas().DataFrame(table.rows, columns=table.columns)
    return frame


def _rows_of(data: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
    lengths = {len(value) for value in data.values() if _is_column(value)}
    if len(lengths) > 1:
        raise InvalidParameterValue(
            f"Invalid table data: columns have the lengths {sorted(lengths)}. Give each column one value a row."
        )
    count = lengths.pop() if lengths else 1
    columns = [list(value) if _is_column(value) else [value] * count for value in data.values()]
    return list(zip(*columns, strict=True))


def _is_column(value: Any) -> bool:
    return isinstance(value, list | tuple | range) or (hasattr(value, "__len__") and hasattr(value, "dtype"))


def _cell(value: Any) -> Any:
    """Return a value as JSON has it: no NaN, times in ISO 8601, arrays as lists, anything else as its text."""
    if value is None or isinstance(value, str | bool | int) or type(value).__name__ == "NAType":
        return value if isinstance(value, str | bool | int) else None
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds") if value == value else None
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _cell(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_cell(item) for item in value]
    if hasattr(value, "tolist"):
        return _cell(value.tolist())
    return str(value)


@contextmanager
def _needs_parquet() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        message = "Parquet needs pyarrow. Install it with: pip install pyarrow, or use a name that ends with .json"
        raise NotSupported(message) from error


def _pandas() -> Any:
    try:
        import pandas  # loaded by those who read tables, or write Parquet
    except ImportError as error:
        raise NotSupported("This needs pandas. Install it with: pip install pandas") from error
    return pandas
