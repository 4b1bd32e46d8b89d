"""Searching runs and experiments: a filter, an order and a page in, the rows' ids out."""

from collections.abc import Sequence

from headwater.protocol.experiments import ViewType
from headwater.protocol.filter_tree import Key, ValueType
from headwater.protocol.filters import EXPERIMENTS, RUNS, parse_filter, parse_order_by
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.search_conditions import Column, Rows, Sql, Texts, compile_filter
from headwater.stores.sql.search_first import read_first
from headwater.stores.sql.search_runs import RunSearch, Stage

_EXPERIMENT_VIEWS = {
    ViewType.ACTIVE_ONLY: "e.deleted = 0",
    ViewType.DELETED_ONLY: "e.deleted = 1",
    ViewType.ALL: "e.deleted IN (0, 1)",
}
_EXPERIMENT_ATTRIBUTES = {
    "name": Column("e.name", ValueType.TEXT),
    "experiment_id": Column("e.id", ValueType.EXPERIMENT_ID),
    "creation_time": Column("e.creation_time", ValueType.NUMBER),
    "last_update_time": Column("e.last_update_time", ValueType.NUMBER),
}


def select_runs(
    connection: Connection,
    *,
    experiment_ids: Sequence[int],
    filter: str,  # noqa: A002 - the name on the wire
    order_by: Sequence[str],
    view: ViewType,
    limit: int,
    offset: int,
) -> list[int]:
    """Return the row ids of one page of runs, in order; see `headwater.protocol.filters` for the language.

    Raises `InvalidParameterValue` when the filter or the order is not in the language.
    """
    tree, orders = parse_filter(filter, RUNS), parse_order_by(list(order_by), RUNS)
    if not experiment_ids:
        return []
    experiments = sorted(set(experiment_ids))
    first = read_first(connection, experiments, tree, orders, view, offset + limit)
    if first is not None:
        return first[offset:]
    return _read_page(connection, RunSearch(connection, experiments, tree, orders, view).stages, limit, offset)


def count_runs(
    connection: Connection,
    *,
    experiment_ids: Sequence[int],
    filter: str,  # noqa: A002 - the name on the wire
    view: ViewType,
) -> int:
    """Return how many runs match; raise `InvalidParameterValue` when the filter is not in the language."""
    tree = parse_filter(filter, RUNS)
    if not experiment_ids:
        return 0
    search = RunSearch(connection, sorted(set(experiment_ids)), tree, [], view)
    return _count(connection, search.query.body())


def select_experiments(
    connection: Connection,
    *,
    filter: str,  # noqa: A002 - the name on the wire
    order_by: Sequence[str],
    view: ViewType,
    limit: int,
    offset: int,
) -> list[int]:
    """Return the ids of one page of experiments, in order; the newest first unless `order_by` says otherwise.

    Raises `InvalidParameterValue` when the filter or the order is not in the language.
    """
    tree, orders = parse_filter(filter, EXPERIMENTS), parse_order_by(list(order_by), EXPERIMENTS)
    where = Sql(_EXPERIMENT_VIEWS[view])
    if tree is not None:
        condition = compile_filter(tree, _ExperimentRows(connection))
        where = Sql(f"{where.text} AND {condition.text}", condition.params)
    columns = [(_EXPERIMENT_ATTRIBUTES[order.key.name].sql, order.descending) for order in orders]
    terms = [f"{column} {'DESC' if descending else 'ASC'}" for column, descending in columns]
    order = ", ".join([*(terms or ["e.creation_time DESC"]), "e.id"])
    rows = connection.all(
        f"SELECT e.id FROM experiment e WHERE {where.text} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608 - our pieces
        (*where.params, limit, offset),
    )
    return [row[0] for row in rows]


def _read_page(connection: Connection, stages: Sequence[Stage], limit: int, offset: int) -> list[int]:
    """Return rows `offset` to `offset + limit` of the stages one after the other, touching no more than needed."""
    found: list[int] = []
    for index, stage in enumerate(stages):
        wanted = limit - len(found)
        if wanted <= 0:
            break
        body = stage.query.body()
        rows = connection.all(
            f"SELECT r.id {body.text} ORDER BY {stage.order} LIMIT ? OFFSET ?",
            (*body.params, wanted, offset),
        )
        found.extend(row[0] for row in rows)
        if rows or not offset:
            offset = 0
        elif index + 1 < len(stages):
            offset -= _count(connection, body)
    return found


def _count(connection: Connection, body: Sql) -> int:
    row = connection.one(f"SELECT count(*) {body.text}", body.params)
    assert row is not None, "count(*) gives one row"
    count: int = row[0]
    return count


class _ExperimentRows(Rows):
    """All experiments."""

    def __init__(self, connection: Connection) -> None:
        self._texts = Texts(connection)

    @property
    def texts(self) -> Texts:
        """Return how texts are compared."""
        return self._texts

    def attribute(self, name: str) -> Column:
        """Return the column of an attribute."""
        return _EXPERIMENT_ATTRIBUTES[name]

    def has(self, key: Key, test: Sql | None) -> Sql:
        """Return the expression that the experiment has the tag `key`, with a value for which `test` holds."""
        of_tag = "SELECT 1 FROM experiment_tag m WHERE m.exp_id = e.id AND m.key = ?"
        if test is None:
            return Sql(f"EXISTS ({of_tag})", (key.name,))
        return Sql(f"EXISTS ({of_tag} AND {test.text})", (key.name, *test.params))
