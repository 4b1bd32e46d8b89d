"""From the body of a request to what a model is given: parsed once, straight into columns of the signature's types."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np

from headwater.models.schema.columns import columns_from_dict, columns_from_list
from headwater.models.schema.data_types import DataType
from headwater.models.schema.enforce import describe, enforce_columns, enforce_schema
from headwater.models.schema.fitting import Column
from headwater.models.schema.misfit import Misfit
from headwater.models.schema.types import ColSpec, Name, Schema
from headwater.models.scoring import payload as payloads
from headwater.models.scoring.casting import cast_array, cast_column, cast_text_column
from headwater.models.scoring.content_types import ContentType, parse_content_type
from headwater.models.scoring.payload import Payload, parse_payload
from headwater.models.scoring.rows import Block, Names, Rows, Table, Tensor
from headwater.models.scoring.tables import read_arrow, read_csv_columns, read_csv_frame, read_parquet
from headwater.protocol.errors import BadRequest, SchemaEnforcementFailed

_BLOCK_TYPES = frozenset({DataType.double, DataType.float, DataType.long})


@dataclass(frozen=True, slots=True)
class ScoringInput:
    """What a request brings.

    Attributes:
        data: rows that fit the signature already; or anything else, which `predict` must still check.
        params: as they were given, None for none.
        is_chat: whether the answer is given without the key "predictions".
        wants_stream: whether the body asks for the answer in parts.
    """

    data: Any
    params: Any = None
    is_chat: bool = False
    wants_stream: bool = False

    @property
    def rows(self) -> Rows | None:
        """Return the rows that fit the signature already, None if there are none."""
        return self.data if isinstance(self.data, Block | Table | Tensor) else None

    def unwrap(self) -> Any:
        """Return the data as a model takes it: a frame, an array, a dictionary or a list."""
        rows = self.rows
        return self.data if rows is None else rows.frame()


class Reader:
    """Reads requests to one model, whose signature it knows; may be used from several threads.

    Args:
        schema: of the model's inputs, None if unknown.
        is_from_hints: whether the model checks its input by its type hints, and wants the list that was sent.
    """

    def __init__(self, schema: Schema | None, *, is_from_hints: bool = False) -> None:
        self._schema = schema
        self._is_from_hints = is_from_hints
        self._is_tensor = schema is not None and schema.is_tensor_spec()
        self._names: Names = schema.names if schema is not None and schema.has_input_names() else ()
        self._block_type = _common_type(schema)
        self._pick = itemgetter(*self._names) if len(self._names) > 1 else None

    @property
    def array_columns(self) -> Names:
        """Return the columns of the array that rows come in: if all are of one type, or a matrix; none otherwise."""
        if self._block_type is not None:
            return self._names
        if self._schema is None or not self._is_tensor or self._names:
            return ()
        shape: tuple[int, ...] = self._schema.inputs[0].shape
        return tuple(range(shape[1])) if len(shape) == 2 else ()

    def read(self, body: bytes, content_type: str) -> ScoringInput:
        """Return what a request brings.

        Raises `UnsupportedMediaType` for a type that nobody reads, `BadRequest` for a body that cannot be read or
        holds other types, `SchemaEnforcementFailed` for columns that are missing.
        """
        kind = parse_content_type(content_type)
        if kind is ContentType.JSON:
            return self.read_payload(parse_payload(body))
        if kind is ContentType.CSV:
            return ScoringInput(self._read_csv(body))
        frame = read_parquet(body) if kind is ContentType.PARQUET else read_arrow(body, kind)
        return ScoringInput(frame)

    def read_payload(self, payload: Payload) -> ScoringInput:
        """Return what a body of JSON brings; see `read`."""
        if not payload.field:
            return ScoringInput(payload.value, is_chat=True, wants_stream=payload.wants_stream)
        return ScoringInput(self._read_field(payload), payload.params, wants_stream=payload.wants_stream)

    def fit(self, columns: Mapping[Name, Column]) -> Rows:
        """Return typed columns as the rows that the signature wants; raise `SchemaEnforcementFailed` if they differ.

        Only for signatures of columns.
        """
        assert self._schema is not None
        try:
            return Table(enforce_columns(columns, self._schema))
        except SchemaEnforcementFailed as error:
            raise _failed(columns, error) from None

    def _read_field(self, payload: Payload) -> Any:
        if payload.field == payloads.SPLIT:
            return self._read_split(payload.value)
        if payload.field == payloads.RECORDS:
            return self._read_records(payload.value)
        return self._read_tensors(payload.field, payload.value)

    def _read_split(self, value: Any) -> Any:
        columns, rows = payloads.parse_split(value)
        if self._block_type is not None and tuple(columns) == self._names:
            block = self._as_block(rows)
            if block is not None:
                return block
        return self._from_columns(payloads.split_columns(columns, rows))

    def _read_records(self, value: Any) -> Any:
        if self._block_type is not None and self._pick is not None and isinstance(value, list) and value:
            try:
                rows = list(map(self._pick, value))
            except (KeyError, TypeError, IndexError):
                rows = []
            block = self._as_block(rows)
            if block is not None:
                return block
        return self._from_columns(payloads.record_columns(value))

    def _as_block(self, rows: list[Any]) -> Block | None:
        """Return rows of numbers as one array; None if anything is not as expected, which is then found out slowly."""
        width = len(self._names)
        try:
            if not rows or set(map(len, rows)) != {width}:
                return None
            if self._block_type is DataType.long:
                values = np.array(rows)
                return Block(self._names, values) if values.dtype == np.int64 and values.ndim == 2 else None
            assert self._block_type is not None
            dtype = self._block_type.to_numpy()
            with np.errstate(over="ignore"):
                flat = np.fromiter(chain.from_iterable(rows), dtype, len(rows) * width)
        except (TypeError, ValueError, OverflowError):
            return None
        return Block(self._names, flat.reshape(len(rows), width))

    def _from_columns(self, columns: dict[Name, list[Any]], *, has_base64: bool = True) -> Any:
        """Return the values of columns as the signature says; a frame if there is no signature."""
        if self._schema is None or (self._is_from_hints and not self._is_tensor):
            return _frame(columns)
        if self._is_tensor:
            return self._tensors_from_columns(columns)
        specs = self._specs(columns)
        typed = {
            name: cast_column(name, values, specs[name], has_base64=has_base64) if name in specs else np.empty(0)
            for name, values in columns.items()
        }
        return self.fit(typed)

    def _specs(self, columns: Mapping[Name, Any]) -> dict[Name, ColSpec]:
        assert self._schema is not None
        if self._names:
            return dict(zip(self._names, self._schema.inputs, strict=True))
        return dict(zip(columns, self._schema.inputs, strict=False))

    def _read_csv(self, body: bytes) -> Any:
        if self._schema is None or self._is_tensor:
            return read_csv_frame(body)
        columns = read_csv_columns(body)
        specs = self._specs(columns)
        return self.fit(
            {
                name: cast_text_column(name, texts, specs[name]) if name in specs else np.empty(0)
                for name, texts in columns.items()
            }
        )

    def _read_tensors(self, field: str, value: Any) -> Any:
        if self._is_from_hints:
            return value
        is_rows = field == payloads.INSTANCES
        if self._schema is None:
            return _as_arrays(value, is_rows=is_rows)
        if self._is_tensor:
            return self._fit_tensors(value, is_rows=is_rows)
        if is_rows and isinstance(value, list) and value and isinstance(value[0], dict):
            return self._from_columns(payloads.record_columns(value), has_base64=False)
        try:
            columns = columns_from_dict(value, self._schema) if isinstance(value, dict) else self._listed(value)
        except Misfit:
            return self._enforce(value)
        return self._from_columns({name: list(column) for name, column in columns.items()}, has_base64=False)

    def _listed(self, value: Any) -> Mapping[Name, Column]:
        assert self._schema is not None
        return columns_from_list(value if isinstance(value, list) else [value], self._schema)

    def _fit_tensors(self, value: Any, *, is_rows: bool) -> Any:
        assert self._schema is not None
        if is_rows and isinstance(value, list) and value and isinstance(value[0], dict):
            value = payloads.record_columns(value)
        specs = self._schema.inputs
        if not self._schema.has_input_names():
            if isinstance(value, dict):
                raise BadRequest(
                    "Invalid input. Failed to parse input data. This model contains an un-named model signature which "
                    "expects a single n-dimensional array or a single value as input, however, an input of type "
                    f"{type(value)} was found."
                )
            fitted = self._enforce(cast_array(value, specs[0]))
            return Tensor(fitted) if fitted.ndim and specs[0].shape[:1] == (-1,) else fitted
        if not isinstance(value, dict):
            return self._enforce(np.array(value))
        by_name = {spec.name: spec for spec in specs}
        return self._enforce({n: cast_array(v, by_name[n]) for n, v in value.items() if n in by_name})

    def _tensors_from_columns(self, columns: dict[Name, list[Any]]) -> Any:
        assert self._schema is not None
        if self._schema.has_input_names():
            return self._fit_tensors(columns, is_rows=False)
        spec = self._schema.inputs[0]
        if len(columns) == 1 and len(spec.shape) != 2:
            return self._fit_tensors(next(iter(columns.values())), is_rows=False)
        return self._fit_tensors([list(row) for row in zip(*columns.values(), strict=True)], is_rows=False)

    def _enforce(self, data: Any) -> Any:
        assert self._schema is not None
        try:
            return enforce_schema(data, self._schema)
        except SchemaEnforcementFailed as error:
            raise _failed(data, error) from None


def read_request(body: bytes, content_type: str = "application/json", schema: Schema | None = None) -> tuple[Any, Any]:
    """Return data and params of a request as the scoring server reads them, for `predict`.

    Example:
        >>> read_request(b'{"inputs": [[1, 2]], "params": {"k": 3}}')
        (array([[1, 2]]), {'k': 3})
    """
    found = Reader(schema).read(body, content_type)
    return found.unwrap(), found.params


def _common_type(schema: Schema | None) -> DataType | None:
    """Return the type of all columns if they have names and one type that an array can hold, else None."""
    if schema is None or schema.is_tensor_spec() or not schema.has_input_names():
        return None
    kinds = set(schema.input_types()) if all(isinstance(kind, DataType) for kind in schema.input_types()) else set()
    return next(iter(kinds)) if len(kinds) == 1 and kinds <= _BLOCK_TYPES else None


def _as_arrays(value: Any, *, is_rows: bool) -> Any:
    """Return JSON as arrays: dictionaries of arrays, or one array."""
    if is_rows and isinstance(value, list) and value and isinstance(value[0], dict):
        names = dict.fromkeys(name for item in value if isinstance(item, dict) for name in item)
        value = {name: [item[name] for item in value if name in item] for name in names}
    try:
        if isinstance(value, dict):
            return {name: np.array(item) for name, item in value.items()}
        if isinstance(value, list) and (not value or any(isinstance(item, dict) for item in value)):
            return value
        return np.array(value)
    except ValueError as error:
        raise BadRequest(f"Invalid input. {error}") from None


def _frame(columns: dict[Name, list[Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


def _failed(data: Any, error: SchemaEnforcementFailed) -> SchemaEnforcementFailed:
    return SchemaEnforcementFailed(f"Failed to predict data '{describe(data)}'. \nError: {error.message}")
