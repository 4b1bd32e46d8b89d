"""Runs as columns: the page's rows, and for each column one array over them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from headwater.protocol.columns import EVERY_KEY, MAX_CELLS, KeyKind, QueryRuns, QueryRunsResponse, RunColumn
from headwater.protocol.errors import InvalidParameterValue, RequestTooLarge
from headwater.protocol.experiments import ViewType
from headwater.protocol.names import check_experiment_id
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Row, chunks, marks
from headwater.stores.sql.search import count_runs, select_runs

PARENT_TAG = "mlflow.parentRunId"

_CHUNK = 5000
_SCAN_SHARE = 4
_PREFIXES = {f"{kind}s.": kind for kind in KeyKind}
_TABLES = {KeyKind.METRIC: "latest", KeyKind.PARAM: "param", KeyKind.TAG: "tag"}
_NUMBERS = {
    "start_time": "start_time",
    "end_time": "end_time",
    "duration": "COALESCE(end_time, ?) - start_time",
}
_TEXTS = {
    "status": "CASE WHEN lost = 1 THEN 'LOST' ELSE status END",
    "user_id": "user_id",
    "experiment_id": "exp_id",
    "artifact_uri": "artifact_uri",
}
_ATTRIBUTES = _TEXTS | _NUMBERS
_DELETED = {ViewType.ACTIVE_ONLY: "AND deleted = 0", ViewType.DELETED_ONLY: "AND deleted = 1", ViewType.ALL: ""}

Cell = tuple[int, float | str | None]
"""A run's row id and a value."""


@dataclass(frozen=True, slots=True)
class _Page:
    """The row ids of the page's runs, and how to read columns of them."""

    connection: Connection
    run_ids: list[int]
    experiments: list[int]
    scan: bool

    def read(self, kind: KeyKind, key_id: int) -> Iterable[Cell]:
        """Return the key's value in each run of the page, and perhaps of others."""
        rows: list[Cell] = []
        for column, chunk in self.ranges("exp_id", "run_id"):
            sql = f"SELECT run_id, value FROM {_TABLES[kind]} WHERE {column} IN ({marks(chunk)}) AND key_id = ?"  # noqa: S608 - constants and marks
            rows += self.connection.all(sql, (*chunk, key_id))
        return rows

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


def query_runs(connection: Connection, request: QueryRuns) -> QueryRunsResponse:
    """Answer `QueryRuns` from one snapshot."""
    experiments = [check_experiment_id(experiment_id) for experiment_id in dict.fromkeys(request.experiment_ids)]
    total, running = _count(connection, experiments, request.view_type) if experiments else (0, 0)
    selected = select_runs(
        connection,
        experiment_ids=experiments,
        filter=request.filter,
        order_by=request.order_by,
        view=request.view_type,
        limit=request.limit,
        offset=request.offset,
    )
    page = _Page(connection, selected, experiments, scan=len(selected) * _SCAN_SHARE > total)
    columns = [column for name in request.columns for column in _expand(page, *_parse_column(name))]
    _check_cells(len(selected), len(columns))
    attributes = _read_attributes(page, [key for _, kind, key in columns if kind is KeyKind.ATTRIBUTE])
    return QueryRunsResponse(
        total=total,
        matched=_count_matched(connection, request, experiments, total, len(selected)),
        running=running,
        run_ids=attributes["uuid"],
        run_names=attributes["name"],
        parents=_parents(page),
        columns=_read_columns(page, columns, attributes),
    )


def _parse_column(name: str) -> tuple[str, KeyKind, str]:
    prefix, dot, key = name.partition(".")
    kind = _PREFIXES.get(prefix + dot)
    if kind is None or not key or (kind is KeyKind.ATTRIBUTE and key not in _ATTRIBUTES):
        raise InvalidParameterValue(
            f"Invalid column '{name}'. Columns are metrics.<key>, params.<key>, tags.<key> or attributes.<name> "
            f"with one of {', '.join(_ATTRIBUTES)}."
        )
    return name, kind, key


def _expand(page: _Page, name: str, kind: KeyKind, key: str) -> list[tuple[str, KeyKind, str]]:
    """Return the columns that a name means: itself, or one for each key that runs have."""
    if key != EVERY_KEY:
        return [(name, kind, key)]
    key_ids: set[int] = set()
    for column, chunk in page.ranges("exp_id", "run_id"):
        sql = f"SELECT DISTINCT key_id FROM {_TABLES[kind]} WHERE {column} IN ({marks(chunk)})"  # noqa: S608 - constants and marks
        key_ids.update(row[0] for row in page.connection.all(sql, chunk))
    return [(f"{kind}s.{found}", kind, found) for found in sorted(page.connection.key_names(key_ids).values())]


def _check_cells(runs: int, columns: int) -> None:
    if runs * columns > MAX_CELLS:
        raise RequestTooLarge(
            f"{runs} runs with {columns} columns are more than {MAX_CELLS} cells. Ask for fewer runs or columns."
        )


def _count(connection: Connection, experiments: Sequence[int], view: ViewType) -> tuple[int, int]:
    among = f"exp_id IN ({marks(experiments)}) {_DELETED[view]}"
    sql = f"SELECT COUNT(*), COUNT(*) FILTER (WHERE status = 'RUNNING') FROM run WHERE {among}"  # noqa: S608 - constants and marks
    total, running = connection.all(sql, experiments)[0]
    return total, running


def _count_matched(
    connection: Connection, request: QueryRuns, experiments: list[int], total: int, selected: int
) -> int:
    if not request.filter.strip():
        return total
    if 0 < selected < request.limit:
        return request.offset + selected
    return count_runs(connection, experiment_ids=experiments, filter=request.filter, view=request.view_type)


def _read_attributes(page: _Page, wanted: Sequence[str]) -> dict[str, list[Any]]:
    """Return the columns of the table of runs that are needed, by their names."""
    expressions = {"uuid": "uuid", "name": "name"} | {name: _ATTRIBUTES[name] for name in wanted}
    times = [now_ms()] * ("duration" in expressions)
    select = f"SELECT {', '.join(expressions.values())}, id FROM run WHERE"  # noqa: S608 - constants
    found: dict[int, Row] = {}
    for column, chunk in page.ranges("exp_id", "id"):
        found.update(
            (row[-1], row) for row in page.connection.all(f"{select} {column} IN ({marks(chunk)})", (*times, *chunk))
        )
    rows = [found[run_id] for run_id in page.run_ids]
    return {name: [row[place] for row in rows] for place, name in enumerate(expressions)}


def _parents(page: _Page) -> list[str]:
    key_id = page.connection.find_key_ids([PARENT_TAG]).get(PARENT_TAG)
    values, index = page.texts([] if key_id is None else page.read(KeyKind.TAG, key_id))
    values.append("")
    return [values[code] for code in index]


def _read_columns(
    page: _Page, columns: Sequence[tuple[str, KeyKind, str]], attributes: dict[str, list[Any]]
) -> list[RunColumn]:
    key_ids = page.connection.find_key_ids({key for _, kind, key in columns if kind is not KeyKind.ATTRIBUTE})
    result: list[RunColumn] = []
    for name, kind, key in columns:
        if kind is KeyKind.ATTRIBUTE and key in _NUMBERS:
            result.append(RunColumn(name, numbers=attributes[key]))
            continue
        if kind is KeyKind.ATTRIBUTE:
            cells: Iterable[Cell] = zip(page.run_ids, attributes[key], strict=True)
        else:
            cells = page.read(kind, key_ids[key]) if key in key_ids else ()
        if kind is KeyKind.METRIC:
            result.append(RunColumn(name, numbers=page.numbers(cells)))
        else:
            values, index = page.texts(cells)
            result.append(RunColumn(name, values=values, index=index))
    return result
