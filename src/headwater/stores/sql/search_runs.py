"""Searching runs: which tables a filter and an order need, and how they join."""

from collections.abc import Sequence
from typing import NamedTuple

from headwater.protocol.experiments import ViewType
from headwater.protocol.filter_tree import (
    And,
    Between,
    Compare,
    Filter,
    InList,
    Key,
    Kind,
    Not,
    Or,
    OrderKey,
    ValueType,
)
from headwater.stores.sql.connection import Connection, Dialect
from headwater.stores.sql.search_conditions import (
    FALSE,
    Column,
    Rows,
    Sql,
    Texts,
    among,
    compile_filter,
    join_terms,
    test_key,
)

TABLES = {Kind.METRIC: "latest", Kind.PARAM: "param", Kind.TAG: "tag"}

_NAMED = "(SELECT i.run_id, d.{} AS value FROM dataset_input i JOIN dataset d ON d.id = i.dataset_id)"
DATASETS = {
    "name": _NAMED.format("name"),
    "digest": _NAMED.format("digest"),
    "context": "(SELECT i.run_id, i.context AS value FROM dataset_input i)",
}
"""For each key of the datasets that runs read, the runs and values; a run has as many as it has datasets."""

_MAX_JOINS = 6
_DELETED = {ViewType.ACTIVE_ONLY: "r.deleted = 0", ViewType.DELETED_ONLY: "r.deleted = 1", ViewType.ALL: ""}
_ATTRIBUTES = {
    "run_id": Column("r.uuid", ValueType.TEXT),
    "run_name": Column("r.name", ValueType.TEXT),
    "status": Column("r.status", ValueType.TEXT),
    "user_id": Column("r.user_id", ValueType.TEXT),
    "artifact_uri": Column("r.artifact_uri", ValueType.TEXT),
    "experiment_id": Column("r.exp_id", ValueType.EXPERIMENT_ID),
    "start_time": Column("r.start_time", ValueType.NUMBER),
    "end_time": Column("r.end_time", ValueType.NUMBER, nullable=True),
    "duration": Column("(r.end_time - r.start_time)", ValueType.NUMBER, nullable=True),
}


class Query(NamedTuple):
    """Everything of a statement after `SELECT …`, up to the order."""

    joins: tuple[Sql, ...]
    where: tuple[Sql, ...]
    first: str = ""

    def body(self) -> Sql:
        """Return `FROM … WHERE …`."""
        conditions = [term for term in self.where if term.text]
        text = " ".join([f"FROM {self.first}run r", *(join.text for join in self.joins)])
        text += " WHERE " + " AND ".join(term.text for term in conditions)
        return Sql(text, tuple(param for part in (*self.joins, *conditions) for param in part.params))

    def extended(self, *, joins: Sequence[Sql] = (), where: Sequence[Sql] = ()) -> "Query":
        """Return the query with more tables and conditions."""
        return self._replace(joins=(*self.joins, *joins), where=(*self.where, *where))


class Stage(NamedTuple):
    """A part of the rows that comes before all later parts, and the order inside it."""

    query: Query
    order: str


class RunRows(Rows):
    """The runs of some experiments; the experiments are given for every table, so that its index can be used.

    `one_by_one` asks every condition of each run in turn; otherwise the database may begin with any table.
    """

    def __init__(
        self, connection: Connection, experiments: Sequence[int], names: set[str], *, one_by_one: bool = False
    ) -> None:
        self._texts = Texts(connection)
        self._experiments = experiments
        self.key_ids = connection.find_key_ids(names) if names else {}
        self._one_by_one = one_by_one

    @property
    def texts(self) -> Texts:
        """Return how texts are compared."""
        return self._texts

    def attribute(self, name: str) -> Column:
        """Return the column of an attribute."""
        return _ATTRIBUTES[name]

    def within(self, column: str) -> Sql:
        """Return the condition that `column` is one of the experiments."""
        return among(column, self._experiments, self._texts.dialect)

    def is_known(self, key: Key) -> bool:
        """Return whether any run anywhere may have this metric, param or tag."""
        return key.kind in TABLES and key.name in self.key_ids

    def on_key(self, key: Key, table: str) -> Sql:
        """Return the condition that `table` holds the rows of `key` in the experiments."""
        within = self.within(f"{table}.exp_id")
        return Sql(f"{within.text} AND {table}.key_id = ?", (*within.params, self.key_ids[key.name]))

    def join(self, key: Key, table: str, tests: Sequence[Sql], *, left: bool = False) -> Sql:
        """Return the join of the one row that a run may have for `key`; a `left` one keeps runs that have none."""
        # SQLite never reorders a CROSS JOIN.
        forced = self._one_by_one and self._texts.dialect is Dialect.SQLITE
        word = "LEFT JOIN" if left else "CROSS JOIN" if forced else "JOIN"
        terms = [self.on_key(key, table), *([join_terms("AND", tests)] if tests else [])]
        text = " AND ".join(term.text for term in terms)
        params = tuple(param for term in terms for param in term.params)
        return Sql(f"{word} {TABLES[key.kind]} {table} ON {table}.run_id = r.id AND {text}", params)

    def has(self, key: Key, test: Sql | None) -> Sql:
        """Return the expression that the run has `key`, with a value for which `test` over the table `m` holds."""
        if key.kind is Kind.DATASET:
            on, table = Sql("m.value IS NOT NULL"), DATASETS[key.name]
        elif self.is_known(key):
            on, table = self.on_key(key, "m"), TABLES[key.kind]
        else:
            return FALSE
        body = f"FROM {table} m WHERE"
        if test is None:
            return self._exists(Sql(f"{body} m.run_id = r.id AND {on.text}", on.params))
        params = (*on.params, *test.params)
        if self._texts.dialect is Dialect.SQLITE and not self._one_by_one:
            return Sql(f"r.id IN (SELECT m.run_id {body} {on.text} AND {test.text})", params)
        return self._exists(Sql(f"{body} m.run_id = r.id AND {on.text} AND {test.text}", params))

    def _exists(self, body: Sql) -> Sql:
        # IS TRUE keeps PostgreSQL from making a join of it, whose planning would take seconds for a thousand; it then
        # weighs hashing against looking up, for each by itself.
        strict = " IS TRUE" if self._texts.dialect is Dialect.POSTGRESQL else ""
        return Sql(f"(EXISTS (SELECT 1 {body.text}){strict})", body.params)


class RunSearch:
    """One search of runs, planned: the query of all rows that match, and the stages that they come in.

    With `one_by_one`, the runs are met in their order, so that a bound on it bounds the work: see `search_first`.
    """

    def __init__(
        self,
        connection: Connection,
        experiments: Sequence[int],
        tree: Filter | None,
        orders: Sequence[OrderKey],
        view: ViewType,
        *,
        one_by_one: bool = False,
    ) -> None:
        names = key_names(tree) | {order.key.name for order in orders if order.key.kind in TABLES}
        self.rows = RunRows(connection, experiments, names, one_by_one=one_by_one)
        self._joined: dict[Key, str] = {}
        self.query = self._filtered(tree, view)
        self.orders = [order for order in orders if self._can_order(order.key)]
        self.stages = self._staged(self.orders)

    def _can_order(self, key: Key) -> bool:
        return key.kind is Kind.ATTRIBUTE or self.rows.is_known(key)

    def _filtered(self, tree: Filter | None, view: ViewType) -> Query:
        grouped: dict[Key, list[Sql]] = {}
        others: list[Sql] = []
        for part in _conjuncts(tree):
            if not self._joinable(part, grouped):
                others.append(compile_filter(part, self.rows))
            elif isinstance(part, (Compare, InList, Between)):
                test = test_key(part, self.rows.texts, f"f{list(grouped).index(part.key)}")
                grouped[part.key].append(test)
        joins = []
        for index, (key, tests) in enumerate(grouped.items()):
            self._joined[key] = f"f{index}"
            joins.append(self.rows.join(key, f"f{index}", tests))
        where = [self.rows.within("r.exp_id"), Sql(_DELETED[view])]
        return Query(tuple(joins), (*where, join_terms("AND", others)) if others else tuple(where))

    def _joinable(self, part: Filter, grouped: dict[Key, list[Sql]]) -> bool:
        if not isinstance(part, (Compare, InList, Between)) or not self.rows.is_known(part.key):
            return False
        if part.key not in grouped and len(grouped) == _MAX_JOINS:
            return False
        grouped.setdefault(part.key, [])
        return True

    def _staged(self, orders: Sequence[OrderKey]) -> list[Stage]:
        if not orders or orders[0].key.kind is Kind.ATTRIBUTE:
            query, order = self._ordered(self.query, orders)
            return [Stage(query, order)]
        first = orders[0]
        table = self._joined.get(first.key, "o")
        present = self.query
        if table == "o":
            present = present.extended(joins=[self.rows.join(first.key, table, [])])
        tail, tail_order = self._ordered(present, orders[1:])
        order = f"{table}.value {_direction(first)}, {tail_order}"
        if first.key.kind is not Kind.METRIC:
            stages = [Stage(tail, order)]
        else:
            stages = [
                Stage(tail.extended(where=[Sql(f"{table}.value IS NOT NULL")]), order),
                Stage(tail.extended(where=[Sql(f"{table}.value IS NULL")]), tail_order),
            ]
        if table == "o":
            found = self.rows.has(first.key, None)
            absent, absent_order = self._ordered(self.query, orders[1:])
            stages.append(Stage(absent.extended(where=[Sql(f"NOT {found.text}", found.params)]), absent_order))
        return stages

    def _ordered(self, query: Query, orders: Sequence[OrderKey]) -> tuple[Query, str]:
        terms: list[str] = []
        joins: list[Sql] = []
        for index, order in enumerate(orders):
            direction = _direction(order)
            if order.key.kind is Kind.ATTRIBUTE:
                terms.extend(self._order_attribute(order.key.name, direction))
                continue
            table = self._joined.get(order.key)
            if table is None:
                table = f"o{index}"
                joins.append(self.rows.join(order.key, table, [], left=True))
                terms.append(f"({table}.run_id IS NULL)")
            if order.key.kind is Kind.METRIC:
                terms.append(f"({table}.value IS NULL)")
            terms.append(f"{table}.value {direction}")
        return query.extended(joins=joins), ", ".join([*terms, "r.start_time DESC", "r.uuid"])

    def _order_attribute(self, name: str, direction: str) -> list[str]:
        column = _ATTRIBUTES[name]
        sql = self.rows.texts.ordered(column.sql) if column.type is ValueType.TEXT else column.sql
        return [*([f"({column.sql} IS NULL)"] if column.nullable else []), f"{sql} {direction}"]


def _direction(order: OrderKey) -> str:
    return "DESC" if order.descending else "ASC"


def _conjuncts(tree: Filter | None) -> list[Filter]:
    if tree is None:
        return []
    if not isinstance(tree, And):
        return [tree]
    return [part for child in tree.parts for part in _conjuncts(child)]


def key_names(tree: Filter | None) -> set[str]:
    """Return the names of the metrics, params and tags in a filter."""
    match tree:
        case None:
            return set()
        case And(parts) | Or(parts):
            return set().union(*(key_names(part) for part in parts))
        case Not(part):
            return key_names(part)
    return {tree.key.name} if tree.key.kind in TABLES else set()
