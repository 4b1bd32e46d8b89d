"""The first page of runs by a metric or the start time, without looking at the runs that come later."""

from collections.abc import Sequence
from typing import NamedTuple

from headwater.protocol.experiments import ViewType
from headwater.protocol.filter_tree import Filter, Key, Kind, OrderKey
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.search_conditions import Sql
from headwater.stores.sql.search_runs import Query, RunSearch

_FEW = 500
_MANY = 2500
_PER_RUN = 5
_MAX_EXPERIMENTS = 50
_MAX_PARAMS = 150
_START_TIME = OrderKey(Key(Kind.ATTRIBUTE, "start_time"), descending=True)
_DELETED = {ViewType.ACTIVE_ONLY: 0, ViewType.DELETED_ONLY: 1}


class _Lead(NamedTuple):
    """An index that holds each experiment's runs in the wanted order: its values, and the query that it leads."""

    values: Sequence[Sql]
    column: str
    descending: bool
    query: Query
    order: str

    def bound(self, connection: Connection, place: int) -> int | float | None:
        """Return the value at `place` of all experiments together, or None when there are not that many."""
        direction = "DESC" if self.descending else "ASC"
        # Each in order: PostgreSQL then merges the indexes and stops, where it would sort every value otherwise.
        text = " UNION ALL ".join(
            f"SELECT value FROM ({values.text} ORDER BY value {direction}) v{index}"  # noqa: S608 - our pieces
            for index, values in enumerate(self.values)
        )
        params = [param for values in self.values for param in values.params]
        row = connection.one(f"{text} ORDER BY value {direction} LIMIT 1 OFFSET ?", (*params, place))
        return row[0] if row else None

    def read(self, connection: Connection, bound: int | float | None, limit: int) -> list[int]:
        """Return the first runs that match and come before the bound; runs with the bound's own value do not."""
        query = self.query
        if bound is not None:
            query = query.extended(where=[Sql(f"{self.column} {'>' if self.descending else '<'} ?", (bound,))])
        body = query.body()
        rows = connection.all(f"SELECT r.id {body.text} ORDER BY {self.order} LIMIT ?", (*body.params, limit))
        return [row[0] for row in rows]


def read_first(
    connection: Connection,
    experiments: Sequence[int],
    tree: Filter | None,
    orders: Sequence[OrderKey],
    view: ViewType,
    limit: int,
) -> list[int] | None:
    """Return the first `limit` runs if they are among the first few thousand of their order; otherwise None.

    A database that must choose between an index for the filter and one for the order mostly takes the filter's, and
    sorts all that match. Here the order's index gives a bound, and only runs before it are tested, one by one: a full
    page of them is the answer, for every other run comes later. It costs little beside the full search when it fails.
    """
    if limit > _MANY or len(experiments) > _MAX_EXPERIMENTS or (tree is None and len(experiments) == 1):
        return None
    search = RunSearch(connection, experiments, tree, orders, view, one_by_one=True)
    lead = _find_lead(search, experiments, view)
    if lead is None or len(lead.query.body().params) > _MAX_PARAMS:
        return None
    for place in (min(max(_FEW, _PER_RUN * limit), _MANY), _MANY):
        found = lead.read(connection, lead.bound(connection, place), limit)
        if len(found) == limit:
            return found
        if _PER_RUN * len(found) < limit:
            break
    return None


def _find_lead(search: RunSearch, experiments: Sequence[int], view: ViewType) -> _Lead | None:
    first = search.orders[0] if search.orders else _START_TIME
    query, order = search.stages[0]
    if first.key == _START_TIME.key and view in _DELETED:
        of_one = "SELECT c.start_time AS value FROM run c WHERE c.exp_id = ? AND c.deleted = ?"
        values = [Sql(of_one, (experiment, _DELETED[view])) for experiment in experiments]
        return _Lead(values, "r.start_time", first.descending, query, order)
    if first.key.kind is not Kind.METRIC:
        return None
    of_one = "SELECT c.value FROM latest c WHERE c.exp_id = ? AND c.key_id = ? AND c.value IS NOT NULL"
    values = [Sql(of_one, (experiment, search.rows.key_ids[first.key.name])) for experiment in experiments]
    on_key = search.rows.on_key(first.key, "c")
    query = query.extended(where=[Sql("c.run_id = r.id AND c.value IS NOT NULL"), on_key])
    return _Lead(values, "c.value", first.descending, query._replace(first="latest c CROSS JOIN "), order)
