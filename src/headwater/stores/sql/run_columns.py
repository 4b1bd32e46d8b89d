"""Runs as columns: the page's rows, and for each column one array over them."""

from collections.abc import Sequence
from typing import Any

from headwater.protocol.columns import EVERY_KEY, MAX_CELLS, KeyKind, QueryRuns, QueryRunsResponse, RunColumn
from headwater.protocol.errors import InvalidParameterValue, RequestTooLarge
from headwater.protocol.experiments import ViewType
from headwater.protocol.names import check_experiment_id
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.run_orders import select_page
from headwater.stores.sql.run_pages import NUMBERS, TABLES, ColumnName, RunPage, open_page, parse_column
from headwater.stores.sql.search import count_runs

_DELETED = {ViewType.ACTIVE_ONLY: "AND deleted = 0", ViewType.DELETED_ONLY: "AND deleted = 1", ViewType.ALL: ""}


def query_runs(connection: Connection, request: QueryRuns) -> QueryRunsResponse:
    """Answer `QueryRuns` from one snapshot."""
    experiments = [check_experiment_id(experiment_id) for experiment_id in dict.fromkeys(request.experiment_ids)]
    total, running = count_active(connection, experiments, request.view_type) if experiments else (0, 0)
    page = select_page(connection, request, experiments, total)
    own = len(page.run_ids)
    if request.ancestors and (found := _find_ancestors(page, request.view_type)):
        page = open_page(connection, page.run_ids + found, experiments, total)
    columns = [column for name in request.columns for column in _expand(page, parse_column(name))]
    _check_cells(len(page.run_ids), len(columns))
    attributes = page.attributes(column.key for column in columns if column.kind is KeyKind.ATTRIBUTE)
    return QueryRunsResponse(
        total=total,
        matched=_count_matched(connection, request, experiments, total, own),
        running=running,
        run_ids=attributes["uuid"],
        run_names=attributes["name"],
        parents=page.parents(),
        columns=[_read_column(page, column, attributes) for column in columns],
        ancestors=len(page.run_ids) - own,
    )


def _find_ancestors(page: RunPage, view: ViewType) -> list[int]:
    """Return the parents of the page's runs, and theirs, that are in the same experiments but not on the page."""
    connection = page.connection
    found: list[int] = []
    known = set(page.run_ids)
    below = page
    while below.run_ids:
        above: dict[int, None] = {}
        for chunk in chunks(sorted(set(below.parents()) - {""})):
            among = f"exp_id IN ({marks(page.experiments)}) {_DELETED[view]}"
            sql = f"SELECT id FROM run WHERE uuid IN ({marks(chunk)}) AND {among} ORDER BY id"  # noqa: S608 - constants and marks
            above.update(dict.fromkeys(row[0] for row in connection.all(sql, (*chunk, *page.experiments))))
        new = [run_id for run_id in above if run_id not in known]
        known.update(new)
        found += new
        below = RunPage(connection, new, page.experiments, scan=False)
    return found


def read_columns(connection: Connection, run_ids: Sequence[int], names: Sequence[str]) -> QueryRunsResponse:
    """Return columns of runs of any experiments by their row ids, which all exist, in this order."""
    page = RunPage(connection, list(run_ids), [], scan=False)
    columns = [column for name in names for column in _expand(page, parse_column(name))]
    count = len(run_ids)
    _check_cells(count, len(columns))
    attributes = page.attributes(column.key for column in columns if column.kind is KeyKind.ATTRIBUTE)
    found = [_read_column(page, column, attributes) for column in columns]
    return QueryRunsResponse(count, count, 0, attributes["uuid"], attributes["name"], page.parents(), found)


def count_active(connection: Connection, experiments: Sequence[int], view: ViewType) -> tuple[int, int]:
    """Return how many runs there are, and how many of them are RUNNING."""
    among = f"exp_id IN ({marks(experiments)}) {_DELETED[view]}"
    sql = f"SELECT COUNT(*), COUNT(*) FILTER (WHERE status = 'RUNNING') FROM run WHERE {among}"  # noqa: S608 - constants and marks
    total, running = connection.all(sql, experiments)[0]
    return total, running


def _expand(page: RunPage, column: ColumnName) -> list[ColumnName]:
    """Return the columns that a name means: itself, or one for each key that runs have."""
    if column.key != EVERY_KEY:
        return [column]
    if column.statistic is not None:
        raise InvalidParameterValue(f"Invalid column '{column.name}'. A statistic is read of one metric: name it.")
    key_ids: set[int] = set()
    for field, chunk in page.ranges("exp_id", "run_id"):
        sql = f"SELECT DISTINCT key_id FROM {TABLES[column.kind]} WHERE {field} IN ({marks(chunk)})"  # noqa: S608 - constants and marks
        key_ids.update(row[0] for row in page.connection.all(sql, chunk))
    names = sorted(page.connection.key_names(key_ids).values())
    return [ColumnName(f"{column.kind}s.{found}", column.kind, found) for found in names]


def _check_cells(runs: int, columns: int) -> None:
    if runs * columns > MAX_CELLS:
        raise RequestTooLarge(
            f"{runs} runs with {columns} columns are more than {MAX_CELLS} cells. Ask for fewer runs or columns."
        )


def _count_matched(
    connection: Connection, request: QueryRuns, experiments: list[int], total: int, selected: int
) -> int:
    if not request.filter.strip():
        return total
    if 0 < selected < request.limit:
        return request.offset + selected
    return count_runs(connection, experiment_ids=experiments, filter=request.filter, view=request.view_type)


def _read_column(page: RunPage, column: ColumnName, attributes: dict[str, list[Any]]) -> RunColumn:
    name, kind, key, _ = column
    if kind is KeyKind.ATTRIBUTE and key in NUMBERS:
        return RunColumn(name, numbers=attributes[key])
    if kind is KeyKind.METRIC:
        return RunColumn(name, numbers=page.numbers(page.cells(column)))
    if kind is KeyKind.ATTRIBUTE:
        values, index = page.texts(zip(page.run_ids, attributes[key], strict=True))
    else:
        values, index = page.column_texts(column)
    return RunColumn(name, values=values, index=index)
