"""Runs as columns: the page's rows, and for each column one array over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headwater.protocol.columns import KeyKind, QueryRuns, QueryRunsResponse, RunColumn
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import ViewType
from headwater.protocol.names import check_experiment_id
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.search import count_runs, select_runs

PARENT_TAG = "mlflow.parentRunId"

_CHUNK = 5000
_SCAN_SHARE = 4
_PREFIXES = {f"{kind}s.": kind for kind in KeyKind}
_TABLES = {KeyKind.METRIC: "latest", KeyKind.PARAM: "param", KeyKind.TAG: "tag"}
_NUMBERS = ("start_time", "end_time", "duration")
_TEXTS = ("status", "user_id", "experiment_id")
_DELETED = {ViewType.ACTIVE_ONLY: "AND deleted = 0", ViewType.DELETED_ONLY: "AND deleted = 1", ViewType.ALL: ""}

Cell = tuple[int, float | str | None]
"""A run's row id and a value."""


@dataclass(frozen=True, slots=True)
class _Page:
    """The runs of the page: their row ids with their positions, and how to read columns of them."""

    connection: Connection
    positions: dict[int, int]
    experiments: list[int]
    scan: bool

    def read(self, kind: KeyKind, key_id: int) -> Iterable[Cell]:
        """Return the key's value in each run of the page, and perhaps of others."""
        table = _TABLES[kind]
        if self.scan:
            sql = f"SELECT run_id, value FROM {table} WHERE exp_id IN ({marks(self.experiments)}) AND key_id = ?"  # noqa: S608 - constants and marks
            return self.connection.all(sql, (*self.experiments, key_id))
        rows: list[Cell] = []
        for chunk in chunks(list(self.positions), _CHUNK):
            sql = f"SELECT run_id, value FROM {table} WHERE run_id IN ({marks(chunk)}) AND key_id = ?"  # noqa: S608 - constants and marks
            rows += self.connection.all(sql, (*chunk, key_id))
        return rows

    def numbers(self, cells: Iterable[Cell]) -> list[float | None]:
        """Return the cells as a column of numbers; NULL is how databases keep NaN."""
        column: list[float | None] = [None] * len(self.positions)
        find = self.positions.get
        for run_id, value in cells:
            position = find(run_id)
            if position is not None:
                # Adding zero drops the sign of -0.0, which only one of the databases keeps.
                column[position] = float("nan") if value is None else float(value) + 0.0
        return column

    def texts(self, cells: Iterable[Cell]) -> tuple[list[str], list[int]]:
        """Return the distinct values of the cells, and for each run which one it has, -1 for none."""
        index = [-1] * len(self.positions)
        codes: dict[str, int] = {}
        find = self.positions.get
        for run_id, value in cells:
            position = find(run_id)
            if position is not None:
                index[position] = codes.setdefault(str(value), len(codes))
        return list(codes), index


def query_runs(connection: Connection, request: QueryRuns) -> QueryRunsResponse:
    """Answer `QueryRuns` from one snapshot."""
    columns = [_parse_column(name) for name in request.columns]
    experiments = [check_experiment_id(experiment_id) for experiment_id in dict.fromkeys(request.experiment_ids)]
    if not experiments:
        return QueryRunsResponse(0, 0, 0, [], [], [], [RunColumn(name) for name in request.columns])
    total, running = _count(connection, experiments, request.view_type)
    selected = select_runs(
        connection,
        experiment_ids=experiments,
        filter=request.filter,
        order_by=request.order_by,
        view=request.view_type,
        limit=request.limit,
        offset=request.offset,
    )
    positions = {run_id: position for position, run_id in enumerate(selected)}
    page = _Page(connection, positions, experiments, scan=len(selected) * _SCAN_SHARE > total)
    rows = _read_rows(connection, selected)
    return QueryRunsResponse(
        total=total,
        matched=_count_matched(connection, request, experiments, total, len(selected)),
        running=running,
        run_ids=[rows[run_id][1] for run_id in selected],
        run_names=[rows[run_id][2] for run_id in selected],
        parents=_parents(page),
        columns=_read_columns(page, columns, [rows[run_id] for run_id in selected]),
    )


def _parse_column(name: str) -> tuple[str, KeyKind, str]:
    prefix, dot, key = name.partition(".")
    kind = _PREFIXES.get(prefix + dot)
    if kind is None or not key or (kind is KeyKind.ATTRIBUTE and key not in _NUMBERS + _TEXTS):
        raise InvalidParameterValue(
            f"Invalid column '{name}'. Columns are metrics.<key>, params.<key>, tags.<key> or attributes.<name> "
            f"with one of {', '.join(_TEXTS + _NUMBERS)}."
        )
    return name, kind, key


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


_Row = tuple[int, str, str, str, int, int, int | None, str, int]


def _read_rows(connection: Connection, run_ids: Sequence[int]) -> dict[int, _Row]:
    rows: dict[int, _Row] = {}
    for chunk in chunks(run_ids, _CHUNK):
        sql = f"SELECT id, uuid, name, status, lost, start_time, end_time, user_id, exp_id FROM run WHERE id IN ({marks(chunk)})"  # noqa: S608, E501 - marks
        rows.update((row[0], row) for row in connection.all(sql, chunk))
    return rows


def _parents(page: _Page) -> list[str]:
    key_id = page.connection.find_key_ids([PARENT_TAG]).get(PARENT_TAG)
    values, index = page.texts([] if key_id is None else page.read(KeyKind.TAG, key_id))
    values.append("")
    return [values[code] for code in index]


def _read_columns(page: _Page, columns: Sequence[tuple[str, KeyKind, str]], rows: Sequence[_Row]) -> list[RunColumn]:
    key_ids = page.connection.find_key_ids({key for _, kind, key in columns if kind is not KeyKind.ATTRIBUTE})
    now = now_ms()
    result: list[RunColumn] = []
    for name, kind, key in columns:
        if kind is KeyKind.ATTRIBUTE:
            result.append(_attribute(page, name, key, rows, now))
            continue
        cells = page.read(kind, key_ids[key]) if key in key_ids else ()
        if kind is KeyKind.METRIC:
            result.append(RunColumn(name, numbers=page.numbers(cells)))
        else:
            values, index = page.texts(cells)
            result.append(RunColumn(name, values=values, index=index))
    return result


def _attribute(page: _Page, name: str, attribute: str, rows: Sequence[_Row], now: int) -> RunColumn:
    if attribute == "start_time":
        return RunColumn(name, numbers=[float(row[5]) for row in rows])
    if attribute == "end_time":
        return RunColumn(name, numbers=[None if row[6] is None else float(row[6]) for row in rows])
    if attribute == "duration":
        return RunColumn(name, numbers=[float((now if row[6] is None else row[6]) - row[5]) for row in rows])
    if attribute == "status":
        cells: list[Cell] = [(row[0], "LOST" if row[4] else row[3]) for row in rows]
    elif attribute == "user_id":
        cells = [(row[0], row[7]) for row in rows]
    else:
        cells = [(row[0], row[8]) for row in rows]
    values, index = page.texts(cells)
    return RunColumn(name, values=values, index=index)
