"""The types of a CSV file's columns: what the signature says, else what the values look like."""

import re
from typing import Any

from headwater.models.schema.data_types import DataType
from headwater.models.schema.types import ColSpec, Name, Schema
from headwater.models.scoring.casting import cast_text_column

_IN_COLUMN = re.compile(r"In CSV column #(\d+)")
_READ_AS = {
    DataType.double: "float64",
    DataType.float: "float32",
    DataType.long: "int64",
    DataType.integer: "int32",
    DataType.boolean: "bool",
    DataType.string: "string",
}
_TEXT = "string"


class Retyped(Exception):
    """A value is not of the type that was assumed for its column: read all again, with the types as they are now."""


class CsvTypes:
    """How the columns of a file are read; learns from values that turn out to be of another type.

    Columns that the signature knows become what it says. The others are guessed, and are whole numbers only if all
    values are, numbers only if all are, and so on, as if the whole file had been looked at first.
    """

    def __init__(self, schema: Schema | None) -> None:
        self._specs = named_columns(schema)
        self._types: dict[str, str] = {}
        for name, spec in self._specs.items():
            self._types[str(name)] = _READ_AS.get(spec.type, _TEXT) if isinstance(spec.type, DataType) else _TEXT

    def arrow_types(self) -> dict[str, Any]:
        """Return the types to read columns with, of those of which they are known."""
        import pyarrow as pa

        return {name: pa.type_for_alias(kind) for name, kind in self._types.items()}

    def note_guesses(self, schema: Any) -> None:
        """Learn what Arrow guessed from the first rows, and raise `Retyped` where that is not what pandas would say."""
        import pyarrow.types as kinds

        wrong = False
        for field in schema:
            if field.name in self._types:
                continue
            if kinds.is_int64(field.type) or kinds.is_float64(field.type) or kinds.is_boolean(field.type):
                self._types[field.name] = str(field.type).replace("double", "float64")
            else:
                self._types[field.name] = "float64" if kinds.is_null(field.type) else _TEXT
                wrong = wrong or not kinds.is_string(field.type)
        if wrong:
            raise Retyped

    def check_missing(self, table: Any) -> None:
        """Raise `Retyped` if a guessed column of whole numbers or truths has missing values after all."""
        for name, column in zip(table.column_names, table.columns, strict=True):
            if name not in self._specs and column.null_count and self._types.get(name) in {"int64", "bool"}:
                self._widen(name)

    def learn_from(self, error: Exception, names: list[str]) -> None:
        """Raise `Retyped` if an error is about a column that can be read in a wider type; otherwise do nothing."""
        match = _IN_COLUMN.search(str(error))
        if match and int(match[1]) < len(names) and self._types.get(names[int(match[1])], _TEXT) != _TEXT:
            self._widen(names[int(match[1])])

    def cast(self, frame: Any) -> Any:
        """Return a frame whose columns that were read as texts are what the signature says."""
        for name, spec in self._specs.items():
            if name in frame.columns and spec.type is not DataType.string and self._types[str(name)] == _TEXT:
                values = [value if isinstance(value, str) else None for value in frame[name].tolist()]
                frame[name] = cast_text_column(name, values, spec)
        return frame

    def _widen(self, name: str) -> None:
        is_number = self._types[name] == "int64" and name not in self._specs
        self._types[name] = "float64" if is_number else _TEXT
        raise Retyped


def named_columns(schema: Schema | None) -> dict[Name, ColSpec]:
    """Return the columns of a signature by name; none if it has tensors, or no names, or is unknown."""
    if schema is None or not schema.has_input_names():
        return {}
    return {name: spec for name, spec in zip(schema.names, schema.inputs, strict=True) if isinstance(spec, ColSpec)}
