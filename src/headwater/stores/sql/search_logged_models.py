"""Searching logged models: a filter, datasets, an order and a page in, the rows' ids out."""

import hashlib
from collections.abc import Sequence

import msgspec

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.filter_tree import LOGGED_MODELS, Key, Kind, ValueType
from headwater.protocol.filters import MAX_ORDER_KEYS, parse_field, parse_filter
from headwater.protocol.logged_models import DatasetFilter, ModelOrder, SearchLoggedModels
from headwater.protocol.paging import QueryPage, decode_query_page
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.search_conditions import FALSE, Column, Rows, Sql, Texts, among, compile_filter, join_terms
from headwater.stores.sql.search_runs import key_names

_TABLES = {Kind.METRIC: "logged_model_metric", Kind.PARAM: "logged_model_param", Kind.TAG: "logged_model_tag"}
_ATTRIBUTES = {
    "model_id": Column("l.uuid", ValueType.TEXT),
    "name": Column("l.name", ValueType.TEXT),
    "model_type": Column("l.model_type", ValueType.TEXT),
    "status": Column(
        "(CASE l.status WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' ELSE 'FAILED' END)",
        ValueType.TEXT,
    ),
    "source_run_id": Column("l.source_run_id", ValueType.TEXT),
    "artifact_location": Column("l.artifact_uri", ValueType.TEXT),
    "lifecycle_stage": Column("(CASE l.deleted WHEN 0 THEN 'active' ELSE 'deleted' END)", ValueType.TEXT),
    "experiment_id": Column("l.exp_id", ValueType.EXPERIMENT_ID),
    "creation_timestamp": Column("l.creation_time", ValueType.NUMBER),
    "last_updated_timestamp": Column("l.last_update_time", ValueType.NUMBER),
}
_LATEST = "ORDER BY m.step DESC, m.time DESC, (m.value IS NULL), m.value DESC LIMIT 1"


def search_models(connection: Connection, request: SearchLoggedModels) -> tuple[list[int], str]:
    """Return the row ids of one page of models, in order, and the token of the next page, empty at the end.

    Models that were created after the first page was answered come in no later page.
    """
    query = _digest(request)
    page = decode_query_page(request.page_token, query)
    if page is None:
        row = connection.one("SELECT COALESCE(MAX(id), 0) FROM logged_model")
        assert row is not None, "an aggregate gives one row"
        page = QueryPage(0, row[0], query)
    statement = _Search(connection, request).statement(page.newest)
    rows = connection.all(
        f"{statement.text} LIMIT ? OFFSET ?", (*statement.params, request.max_results + 1, page.offset)
    )
    ids = [row[0] for row in rows]
    if len(ids) <= request.max_results:
        return ids, ""
    following = msgspec.structs.replace(page, offset=page.offset + request.max_results)
    return ids[: request.max_results], following.encode()


def _digest(request: SearchLoggedModels) -> str:
    asked = (request.experiment_ids, request.filter, request.datasets, request.order_by)
    return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:16]


class _ModelRows(Rows):
    """The models of some experiments; of their metrics, those that were measured on some datasets."""

    def __init__(self, connection: Connection, names: set[str], datasets: Sequence[DatasetFilter]) -> None:
        self._texts = Texts(connection)
        self._key_ids = connection.find_key_ids(names) if names else {}
        self._datasets = datasets

    @property
    def texts(self) -> Texts:
        """Return how texts are compared."""
        return self._texts

    def attribute(self, name: str) -> Column:
        """Return the column of an attribute."""
        return _ATTRIBUTES[name]

    def has(self, key: Key, test: Sql | None) -> Sql:
        """Return the expression that the model has `key`, with a value for which `test` over the table `m` holds."""
        of_key = self.of_key(key, self._datasets)
        if of_key is None:
            return FALSE
        if test is None:
            return Sql(f"EXISTS (SELECT 1 {of_key.text})", of_key.params)
        return Sql(f"EXISTS (SELECT 1 {of_key.text} AND {test.text})", (*of_key.params, *test.params))

    def of_key(self, key: Key, datasets: Sequence[DatasetFilter]) -> Sql | None:
        """Return the rows `m` that a model has for `key`, None if no model anywhere has any."""
        if key.name not in self._key_ids:
            return None
        rows = Sql(f"FROM {_TABLES[key.kind]} m WHERE m.model_id = l.id AND m.key_id = ?", (self._key_ids[key.name],))
        if key.kind is not Kind.METRIC or not datasets:
            return rows
        measured = measured_on(datasets)
        return Sql(f"{rows.text} AND {measured.text}", (*rows.params, *measured.params))


def measured_on(datasets: Sequence[DatasetFilter]) -> Sql:
    """Return the condition that a metric `m` was measured on one of some datasets; no digest means any."""
    terms = [
        Sql("(m.dataset_name = ? AND m.dataset_digest = ?)", (dataset.dataset_name, dataset.dataset_digest))
        if dataset.dataset_digest
        else Sql("m.dataset_name = ?", (dataset.dataset_name,))
        for dataset in datasets
    ]
    return join_terms("OR", terms)


class _Search:
    """One search of models as a statement."""

    def __init__(self, connection: Connection, request: SearchLoggedModels) -> None:
        tree = parse_filter(request.filter, LOGGED_MODELS)
        orders = _parse_orders(request.order_by)
        names = key_names(tree) | {key.name for key, _ in orders if key.kind in _TABLES}
        self._rows = _ModelRows(connection, names, request.datasets)
        self._columns: list[Sql] = []
        self._terms: list[str] = []
        for key, order in orders:
            self._add_order(key, order)
        experiments = sorted({int(experiment_id) for experiment_id in request.experiment_ids})
        self._where = [among("l.exp_id", experiments, connection.dialect), Sql("l.deleted = 0")]
        if request.datasets:
            measured = measured_on(request.datasets)
            body = f"SELECT 1 FROM logged_model_metric m WHERE m.model_id = l.id AND {measured.text}"  # noqa: S608 - our pieces
            self._where.append(Sql(f"EXISTS ({body})", measured.params))
        if tree is not None:
            self._where.append(compile_filter(tree, self._rows))

    def statement(self, newest: int) -> Sql:
        """Return the query of the ids of the models up to `newest` that match, in order."""
        where = [*self._where, Sql("l.id <= ?", (newest,))]
        columns = ", ".join(["l.id AS id", "l.creation_time AS created", *(column.text for column in self._columns)])
        inner = f"SELECT {columns} FROM logged_model l WHERE {' AND '.join(term.text for term in where)}"  # noqa: S608 - our pieces
        order = ", ".join([*self._terms, "q.created DESC", "q.id DESC"])
        params = tuple(param for part in (*self._columns, *where) for param in part.params)
        return Sql(f"SELECT q.id FROM ({inner}) q ORDER BY {order}", params)  # noqa: S608 - our pieces

    def _add_order(self, key: Key, order: ModelOrder) -> None:
        direction = "ASC" if order.ascending else "DESC"
        name = f"k{len(self._columns)}"
        if key.kind is Kind.ATTRIBUTE:
            column = "l.status" if key.name == "status" else _ATTRIBUTES[key.name].sql
            self._columns.append(Sql(f"{column} AS {name}"))
            self._terms.append(f"q.{name} {direction}")
            return
        datasets = [DatasetFilter(order.dataset_name, order.dataset_digest)] if order.dataset_name else []
        of_key = self._rows.of_key(key, datasets)
        if of_key is None:
            return
        if key.kind is Kind.METRIC:
            # NaN is NULL, too, and comes before what is missing.
            self._columns.append(Sql(f"NOT EXISTS (SELECT 1 {of_key.text}) AS {name}_missing", of_key.params))
            self._terms.append(f"q.{name}_missing")
            of_key = Sql(f"{of_key.text} {_LATEST}", of_key.params)
        self._columns.append(Sql(f"(SELECT m.value {of_key.text}) AS {name}", of_key.params))
        self._terms += [f"(q.{name} IS NULL)", f"q.{name} {direction}"]


def _parse_orders(orders: Sequence[ModelOrder]) -> list[tuple[Key, ModelOrder]]:
    if len(orders) > MAX_ORDER_KEYS:
        raise InvalidParameterValue(f"`order_by` has {len(orders)} fields; at most {MAX_ORDER_KEYS} are possible.")
    return [(parse_field(order.field_name, LOGGED_MODELS), order) for order in orders]
