"""Searching registered models and their versions: a filter, an order and a page in, the rows' ids out."""

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.protocol.filter_tree import And, Filter, Grammar, Key, Kind, Not, Or, ValueType
from headwater.protocol.filters import MODEL_VERSIONS, REGISTERED_MODELS, parse_filter, parse_order_by
from headwater.protocol.model_names import PROMPT_TAG
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.search_conditions import Column, Rows, Sql, Texts, compile_filter


@dataclass(frozen=True, slots=True)
class _Table:
    """What is searched: its grammar, its table `r`, its tags, and the order of rows that no clause tells apart."""

    grammar: Grammar
    name: str
    tags: str
    tag_owner: str
    columns: dict[str, Column]
    default_order: str
    last_order: str


_MODELS = _Table(
    grammar=REGISTERED_MODELS,
    name="registered_model",
    tags="registered_model_tag",
    tag_owner="model_id",
    columns={
        "name": Column("r.name", ValueType.TEXT),
        "creation_timestamp": Column("r.creation_time", ValueType.NUMBER),
        "last_updated_timestamp": Column("r.last_update_time", ValueType.NUMBER),
    },
    default_order="r.name",
    last_order="r.name",
)
_VERSIONS = _Table(
    grammar=MODEL_VERSIONS,
    name="model_version",
    tags="model_version_tag",
    tag_owner="version_id",
    columns={
        "name": Column("r.name", ValueType.TEXT),
        "version_number": Column("r.version", ValueType.VERSION),
        "run_id": Column("r.run_id", ValueType.TEXT),
        "source_path": Column("r.source", ValueType.TEXT),
        "model_id": Column("r.logged_model_id", ValueType.TEXT),
        "current_stage": Column("r.stage", ValueType.TEXT),
        "status": Column("r.status", ValueType.TEXT),
        "creation_timestamp": Column("r.creation_time", ValueType.NUMBER),
        "last_updated_timestamp": Column("r.last_update_time", ValueType.NUMBER),
    },
    default_order="r.last_update_time DESC, r.name, r.version DESC",
    last_order="r.name, r.version DESC",
)


def select_registered_models(
    connection: Connection,
    *,
    filter: str,  # noqa: A002 - the name on the wire
    order_by: Sequence[str],
    limit: int,
    offset: int,
) -> list[int]:
    """Return the row ids of one page of models, by name unless `order_by` says otherwise.

    Prompts are left out unless the filter asks about them. Raises `InvalidParameterValue` when the filter or the
    order is not in the language.
    """
    return _select(connection, _MODELS, filter, order_by, limit, offset)


def select_model_versions(
    connection: Connection,
    *,
    filter: str,  # noqa: A002 - the name on the wire
    order_by: Sequence[str],
    limit: int,
    offset: int,
) -> list[int]:
    """Return the row ids of one page of versions, the last changed first; see `select_registered_models`."""
    return _select(connection, _VERSIONS, filter, order_by, limit, offset)


def select_versions_of(
    connection: Connection,
    model_id: int,
    filter: str,  # noqa: A002 - the name on the wire
) -> list[int]:
    """Return the row ids of the versions of a model that match, the highest first."""
    tree = parse_filter(filter, MODEL_VERSIONS)
    condition = Sql("1 = 1") if tree is None else compile_filter(tree, _TaggedRows(connection, _VERSIONS))
    rows = connection.all(
        f"SELECT r.id FROM model_version r WHERE r.model_id = ? AND {condition.text} ORDER BY r.version DESC",  # noqa: S608 - our pieces
        (model_id, *condition.params),
    )
    return [row[0] for row in rows]


def _select(
    connection: Connection, table: _Table, text: str, order_by: Sequence[str], limit: int, offset: int
) -> list[int]:
    tree, orders = parse_filter(text, table.grammar), parse_order_by(list(order_by), table.grammar)
    rows = _TaggedRows(connection, table)
    conditions = [] if tree is None else [compile_filter(tree, rows)]
    if tree is None or not _mentions(tree, PROMPT_TAG):
        conditions.append(rows.is_no_prompt())
    where = " AND ".join(condition.text for condition in conditions) or "1 = 1"
    params = tuple(param for condition in conditions for param in condition.params)
    terms = [f"{table.columns[order.key.name].sql} {'DESC' if order.descending else 'ASC'}" for order in orders]
    order = ", ".join([*terms, table.last_order]) if terms else table.default_order
    found = connection.all(
        f"SELECT r.id FROM {table.name} r WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608 - our pieces
        (*params, limit, offset),
    )
    return [row[0] for row in found]


def _mentions(tree: Filter, tag: str) -> bool:
    match tree:
        case And(parts) | Or(parts):
            return any(_mentions(part, tag) for part in parts)
        case Not(part):
            return _mentions(part, tag)
    return tree.key == Key(Kind.TAG, tag)


class _TaggedRows(Rows):
    """All models, or all versions."""

    def __init__(self, connection: Connection, table: _Table) -> None:
        self._connection = connection
        self._texts = Texts(connection)
        self._table = table

    @property
    def texts(self) -> Texts:
        """Return how texts are compared."""
        return self._texts

    def attribute(self, name: str) -> Column:
        """Return the column of an attribute."""
        return self._table.columns[name]

    def has(self, key: Key, test: Sql | None) -> Sql:
        """Return the expression that the row has the tag `key`, with a value for which `test` holds."""
        if test is None:
            return self._is_tagged("IN", key.name, Sql("1 = 1"))
        if key.name == PROMPT_TAG and self._holds_for_absent(test):
            return self._is_tagged("NOT IN", key.name, Sql(f"NOT ({test.text})", test.params))
        return self._is_tagged("IN", key.name, test)

    def is_no_prompt(self) -> Sql:
        """Return the expression that the row is a model or version, not a prompt."""
        return self._is_tagged("NOT IN", PROMPT_TAG, Sql("m.value = ?", ("true",)))

    def _is_tagged(self, word: str, key: str, test: Sql) -> Sql:
        # A list that is made once, rather than a question to every row.
        table = self._table
        tagged = f"SELECT m.{table.tag_owner} FROM {table.tags} m WHERE m.key = ? AND {test.text}"  # noqa: S608 - our pieces
        return Sql(f"r.id {word} ({tagged})", (key, *test.params))

    def _holds_for_absent(self, test: Sql) -> bool:
        """Return whether `test` holds for what has no tag about prompts, which counts as `false`."""
        query = f"SELECT 1 FROM (SELECT CAST('false' AS TEXT) AS value) m WHERE {test.text}"  # noqa: S608 - a test
        return self._connection.one(query, test.params) is not None
