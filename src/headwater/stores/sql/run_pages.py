"""A page of runs, and the values of one column in all of them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

import msgspec
import numpy as np

from headwater.protocol.columns import KeyKind, QuerySeries, Statistic
from headwater.protocol.errors import InvalidParameterValue
from headwater.stores.sql.blocks import Float64s
from headwater.stores.sql.charts import read_lines
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Dialect, Row, chunks, marks
from headwater.stores.sql.search_runs import DATASETS
from headwater.stores.sql.series import read_series

TABLES = {KeyKind.METRIC: "latest", KeyKind.PARAM: "param", KeyKind.TAG: "tag"}

PARENT_TAG = "mlflow.parentRunId"
NUMBERS = {
    "start_time": "start_time",
    "end_time": "end_time",
    "duration": "COALESCE(end_time, ?) - start_time",
    "models": "(SELECT COUNT(*) FROM logged_model m WHERE m.source_run_id = run.uuid AND m.deleted = 0)",
}
TEXTS = {
    "status": "CASE WHEN lost = 1 THEN 'LOST' ELSE status END",
    "user_id": "user_id",
    "experiment_id": "exp_id",
    "artifact_uri": "artifact_uri",
}

_ATTRIBUTES = TEXTS | NUMBERS
_PREFIXES = {f"{kind}s": kind for kind in KeyKind}
_STATISTICS = {f"{statistic}:metrics": statistic for statistic in Statistic}
_CHUNK = 5000
_SERIES_CHUNK = 2000
_SCAN_SHARE = 4

Cell = tuple[int, float | str | None]
"""A run's row id and a value."""


class ColumnName(NamedTuple):
    """What a column's name says."""

    name: str
    kind: KeyKind
    key: str
    statistic: Statistic | None = None


def parse_column(name: str) -> ColumnName:
    """Return what a column's name says; raise `InvalidParameterValue` if it is none."""
    prefix, _, key = name.partition(".")
    statistic = _STATISTICS.get(prefix)
    kind = KeyKind.METRIC if statistic else _PREFIXES.get(prefix)
    unknown = {KeyKind.ATTRIBUTE: key not in _ATTRIBUTES, KeyKind.DATASET: key not in DATASETS}
    if kind is None or not key or unknown.get(kind):
        raise InvalidParameterValue(
            f"Invalid column '{name}'. Columns are metrics.<key>, min:metrics.<key> (or max:, mean:, first:), "
            f"params.<key>, tags.<key>, datasets.<name> with one of {', '.join(DATASETS)}, or attributes.<name> "
            f"with one of {', '.join(_ATTRIBUTES)}."
        )
    return ColumnName(name, kind, key, statistic)


@dataclass(frozen=True, slots=True)
class RunPage:
    """The row ids of the page's runs, and how to read columns of them."""

    connection: Connection
    run_ids: list[int]
    experiments: list[int]
    scan: bool
    known: dict[tuple[Statistic, int], list[Cell]] = field(default_factory=dict)
    """Statistics that were read, of at least the page's runs."""

    def read(self, kind: KeyKind, key_id: int) -> Iterable[Cell]:
        """Return the key's value in each run of the page, and perhaps of others."""
        rows: list[Cell] = []
        for column, chunk in self.ranges("exp_id", "run_id"):
            sql = f"SELECT run_id, value FROM {TABLES[kind]} WHERE {column} IN ({marks(chunk)}) AND key_id = ?"  # noqa: S608 - constants and marks
            rows += self.connection.all(sql, (*chunk, key_id))
        return rows

    def cells(self, column: ColumnName) -> Iterable[Cell]:
        """Return the values of a column that is no attribute."""
        if column.kind is KeyKind.DATASET:
            return self._read_datasets(column.key)
        key_id = self.connection.find_key_ids([column.key]).get(column.key)
        if key_id is None:
            return ()
        if column.statistic is not None:
            return self._read_statistic(column.statistic, key_id)
        return self.read(column.kind, key_id)

    def attributes(self, wanted: Iterable[str]) -> dict[str, list[Any]]:
        """Return columns of the table of runs by their names, always with `uuid` and `name`."""
        expressions = {"uuid": "uuid", "name": "name"} | {name: _ATTRIBUTES[name] for name in wanted}
        times = [now_ms()] * ("duration" in expressions)
        select = f"SELECT {', '.join(expressions.values())}, id FROM run WHERE"  # noqa: S608 - constants
        found: dict[int, Row] = {}
        for column, chunk in self.ranges("exp_id", "id"):
            sql = f"{select} {column} IN ({marks(chunk)})"
            found.update((row[-1], row) for row in self.connection.all(sql, (*times, *chunk)))
        rows = [found[run_id] for run_id in self.run_ids]
        return {name: [row[place] for row in rows] for place, name in enumerate(expressions)}

    def parents(self) -> list[str]:
        """Return each run's parent, empty for none."""
        values, index = self.column_texts(ColumnName(PARENT_TAG, KeyKind.TAG, PARENT_TAG))
        values.append("")
        return [values[code] for code in index]

    def _read_statistic(self, statistic: Statistic, key_id: int) -> Iterable[Cell]:
        """Return one number of all the key's points in each run of the page that has any, and perhaps in others."""
        if (statistic, key_id) in self.known:
            return self.known[statistic, key_id]
        cells: list[Cell] = []
        for chunk in chunks(self.run_ids, _SERIES_CHUNK):
            if statistic in _OF_VALUES:
                series = read_series(self.connection, chunk, [key_id])
                reduce = _OF_VALUES[statistic]
                cells += [(run_id, reduce(points.values)) for (run_id, _), points in series.items()]
                continue
            lines = read_lines(self.connection, chunk, [key_id], QuerySeries([], [], buckets=1))
            # A line of one point is x and value; otherwise it is x, min, max and last.
            places = (1, 1) if statistic is Statistic.MIN else (1, 2)
            for (run_id, _), line in lines.items():
                numbers = np.frombuffer(line.columns, "<f8")
                cells.append((run_id, float(numbers[places[0 if line.raw else 1]])))
        self.known[statistic, key_id] = [(run_id, number) for run_id, number in cells if number == number]
        return self.known[statistic, key_id]

    def _read_datasets(self, name: str) -> Iterable[Cell]:
        """Return the names, digests or contexts of what each run of the page read, joined by commas."""
        found: dict[int, set[str]] = defaultdict(set)
        for chunk in chunks(self.run_ids, _CHUNK):
            sql = f"SELECT run_id, value FROM {DATASETS[name]} d WHERE value <> '' AND run_id IN ({marks(chunk)})"  # noqa: S608 - constants and marks
            for run_id, value in self.connection.all(sql, chunk):
                found[run_id].add(value)
        return [(run_id, ", ".join(sorted(values))) for run_id, values in found.items()]

    def ranges(self, experiment: str, run: str) -> Iterator[tuple[str, Sequence[int]]]:
        """Yield what to look for in which column: the experiments, or if the page has few of their runs, those."""
        if self.scan:
            yield experiment, self.experiments
            return
        for chunk in chunks(self.run_ids, _CHUNK):
            yield run, chunk

    def numbers(self, cells: Iterable[Cell]) -> list[float | None]:
        """Return the cells as a column of numbers; NULL is how databases keep NaN."""
        found = dict(cells)
        if None in found.values() or 0 in found.values():
            # Adding zero drops the sign of -0.0, which only one of the databases keeps.
            found = {run_id: math.nan if value is None else float(value) + 0.0 for run_id, value in found.items()}
        return list(map(found.get, self.run_ids))  # type: ignore[arg-type]  # metrics have no text

    def texts(self, cells: Iterable[Cell]) -> tuple[list[str], list[int]]:
        """Return the distinct values of the cells, and for each run which one it has, -1 for none."""
        column = list(map(dict(cells).get, self.run_ids))
        distinct = dict.fromkeys(column)
        distinct.pop(None, None)
        codes: dict[float | str | None, int] = {value: code for code, value in enumerate(distinct)}
        codes[None] = -1
        return [str(value) for value in distinct], list(map(codes.__getitem__, column))

    def column_texts(self, column: ColumnName) -> tuple[list[str], list[int]]:
        """Return the distinct values of a column that is no attribute, and for each run which one it has, or -1."""
        if column.kind not in {KeyKind.PARAM, KeyKind.TAG} or not self.scan:
            return self.texts(self.cells(column))
        key_id = self.connection.find_key_ids([column.key]).get(column.key)
        of_run: dict[int, int] = {}
        values: list[str] = []
        # The index holds the runs of each value together, so that the database hands them over as one row.
        ids = "group_concat(run_id)" if self.connection.dialect is Dialect.SQLITE else "string_agg(run_id::text, ',')"
        sql = (
            f"SELECT value, {ids} FROM {TABLES[column.kind]} WHERE exp_id IN ({marks(self.experiments)}) AND key_id = ?"  # noqa: S608 - constants and marks
        )
        for code, (value, joined) in enumerate(
            self.connection.all(f"{sql} GROUP BY value", (*self.experiments, key_id))
        ):
            values.append(value)
            of_run.update(dict.fromkeys(msgspec.json.decode(f"[{joined}]", type=list[int]), code))
        index = list(map(of_run.get, self.run_ids, repeat(-1)))
        used = dict.fromkeys(index)
        used.pop(-1, None)
        if len(used) == len(values):
            return values, index
        codes = {old: new for new, old in enumerate(used)} | {-1: -1}
        return [values[code] for code in used], list(map(codes.__getitem__, index))


def open_page(
    connection: Connection,
    run_ids: list[int],
    experiments: list[int],
    total: int,
    known: dict[tuple[Statistic, int], list[Cell]] | None = None,
) -> RunPage:
    """Return the page of these runs out of the `total` in the experiments; `known` is what was read of them before."""
    return RunPage(connection, run_ids, experiments, len(run_ids) * _SCAN_SHARE > total, known or {})


def _mean(values: Float64s) -> float:
    numbers = values[~np.isnan(values)]
    return float(numbers.mean()) if len(numbers) else math.nan


def _first(values: Float64s) -> float:
    numbers = values[~np.isnan(values)]
    return float(numbers[0]) if len(numbers) else math.nan


_OF_VALUES = {Statistic.MEAN: _mean, Statistic.FIRST: _first}
"""What is made of all values, in the order of their steps."""
