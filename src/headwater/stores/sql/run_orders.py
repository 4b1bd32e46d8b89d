"""The order of a page of runs, also by what all points of a metric come to, which no index holds."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from headwater.protocol.columns import MAX_QUERY_RUNS, KeyKind, QueryRuns, Statistic
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.filter_tree import Key, Kind
from headwater.protocol.filters import RUNS, parse_order_by
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.run_pages import ColumnName, RunPage, open_page
from headwater.stores.sql.search import select_runs

_STATISTIC = re.compile(rf"\s*({'|'.join(Statistic)}):(.*)", re.DOTALL)
_COLUMNS = {Kind.METRIC: KeyKind.METRIC, Kind.PARAM: KeyKind.PARAM, Kind.TAG: KeyKind.TAG}

Values = Mapping[int, float | str | None]
"""What runs are ordered by, by their row ids; NaN and None both mean that it is no number."""


class _Order(NamedTuple):
    key: Key
    descending: bool
    statistic: Statistic | None


def select_page(connection: Connection, request: QueryRuns, experiments: list[int], total: int) -> RunPage:
    """Return the page of runs that match, in the order that the request asks for; `total` are in the experiments.

    Raises `InvalidParameterValue` for an order or filter that is not in the language, and for one by a statistic of
    more runs than can be ordered.
    """
    orders = _parse(request.order_by)
    last = max((place for place, order in enumerate(orders) if order.statistic is not None), default=-1)
    if last < 0:
        run_ids = _select(connection, request, experiments, request.order_by, request.limit, request.offset)
        return open_page(connection, run_ids, experiments, total)
    run_ids = _select(connection, request, experiments, request.order_by[last + 1 :], MAX_QUERY_RUNS + 1, 0)
    if len(run_ids) > MAX_QUERY_RUNS:
        raise InvalidParameterValue(
            f"More than {MAX_QUERY_RUNS} runs match, too many to order by '{request.order_by[last]}'. "
            "Narrow the filter, or order by the last value."
        )
    page = open_page(connection, run_ids, experiments, total)
    for order in reversed(orders[: last + 1]):
        run_ids = _sort(run_ids, _read(page, order), descending=order.descending)
    shown = run_ids[request.offset : request.offset + request.limit]
    return open_page(connection, shown, experiments, total, page.known)


def _select(
    connection: Connection,
    request: QueryRuns,
    experiments: list[int],
    order_by: Sequence[str],
    limit: int,
    offset: int,
) -> list[int]:
    return select_runs(
        connection,
        experiment_ids=experiments,
        filter=request.filter,
        order_by=order_by,
        view=request.view_type,
        limit=limit,
        offset=offset,
    )


def _parse(clauses: list[str]) -> list[_Order]:
    """Read what to order by: clauses of the language, and such after the name of a statistic."""
    words = [_read_statistic(clause) for clause in clauses]
    orders = []
    for clause, (statistic, rest) in zip(clauses, words, strict=True):
        (order,) = parse_order_by([rest], RUNS)
        if statistic is not None and order.key.kind is not Kind.METRIC:
            raise InvalidParameterValue(f"Invalid order_by clause '{clause[:1000]}'. A statistic is one of a metric.")
        orders.append(_Order(order.key, order.descending, statistic))
    for statistic in [None, *Statistic]:
        # Raises if there are too many, or one twice.
        parse_order_by([rest for word, rest in words if word is statistic], RUNS)
    return orders


def _read_statistic(clause: str) -> tuple[Statistic | None, str]:
    """Split `min:metrics.loss DESC` into the statistic and what the language knows."""
    found = _STATISTIC.match(clause)
    return (Statistic(found[1]), found[2]) if found else (None, clause)


def _read(page: RunPage, order: _Order) -> Values:
    """Return what the runs of the page, and perhaps others, are ordered by."""
    name = order.key.name
    if order.key.kind in _COLUMNS:
        return dict(page.cells(ColumnName(name, _COLUMNS[order.key.kind], name, order.statistic)))
    if name == "duration":
        found = page.attributes(["start_time", "end_time"])
        pairs = zip(page.run_ids, found["start_time"], found["end_time"], strict=True)
        return {run_id: end - start for run_id, start, end in pairs if end is not None}
    column = {"run_id": "uuid", "run_name": "name"}.get(name, name)
    values = page.attributes([] if column in {"uuid", "name"} else [column])[column]
    return {run_id: value for run_id, value in zip(page.run_ids, values, strict=True) if value is not None}


def _sort(run_ids: Sequence[int], values: Values, *, descending: bool) -> list[int]:
    """Order runs by value, then those that have none that can be compared, then those that have none."""
    present: list[int] = []
    odd: list[int] = []
    absent: list[int] = []
    for run_id in run_ids:
        if run_id not in values:
            absent.append(run_id)
            continue
        value = values[run_id]
        (odd if value is None or value != value else present).append(run_id)
    present.sort(key=values.__getitem__, reverse=descending)  # type: ignore[arg-type]  # of one type, and none is None
    return present + odd + absent
