"""Filter trees as SQL: every condition becomes an expression that is true or false, never NULL."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from headwater.protocol.filter_tree import (
    PATTERNS,
    And,
    Between,
    Compare,
    Condition,
    Filter,
    InList,
    IsNull,
    Key,
    Kind,
    Not,
    Operator,
    Or,
    Value,
    ValueType,
)
from headwater.stores.sql.connection import Connection, Dialect, marks
from headwater.stores.sql.text_match import fold, to_glob

_MAX_INT = 2**63 - 1
_MIN_INT = -(2**63)
_GROUP = 8
_INDEXED_CHARACTERS = 200  # as in the migration 0005
_MAX_LISTED = 8
_NEGATIVE = {
    Operator.NE: Operator.EQ,
    Operator.NOT_LIKE: Operator.LIKE,
    Operator.NOT_ILIKE: Operator.ILIKE,
}


class Sql(NamedTuple):
    """A piece of a statement with its parameters; `depth` counts the parentheses inside each other."""

    text: str
    params: tuple[object, ...] = ()
    depth: int = 0


FALSE = Sql("1 = 0")
TRUE = Sql("1 = 1")


class Column(NamedTuple):
    """An expression over a row, what it is compared with, and whether it may be NULL."""

    sql: str
    type: ValueType
    nullable: bool = False


class Rows(Protocol):
    """What is searched: where its attributes and keys are found."""

    @property
    def texts(self) -> "Texts":
        """Return how texts are compared."""

    def attribute(self, name: str) -> Column:
        """Return the column of an attribute."""

    def has(self, key: Key, test: Sql | None) -> Sql:
        """Return the expression that the row has `key`, with a value for which `test` over the table `m` holds."""


class Texts:
    """How texts match patterns on one database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect

    def match(self, column: str, op: Operator, pattern: str) -> Sql:
        """Return the test that `column` matches `pattern` (LIKE or ILIKE)."""
        ignore_case = op is Operator.ILIKE
        text = fold(pattern) if ignore_case else pattern
        if self.dialect is Dialect.SQLITE:
            subject = f"fold({column})" if ignore_case else column
            return Sql(f"{subject} GLOB ?", (to_glob(text),))
        subject = f"lower({column}{self._unicode()})" if ignore_case else column
        return Sql(f"{subject} LIKE ? ESCAPE ''", (text,))

    def ordered(self, column: str) -> str:
        """Return `column` so that it compares by code points."""
        return column if self.dialect is Dialect.SQLITE else f'{column} COLLATE "C"'

    def indexed(self, column: str, condition: Compare | InList | Between) -> str:
        """Return what to compare instead of a text column, so that its index serves, where values may be long.

        PostgreSQL's indexes hold the beginnings of values only. A shorter text compares with those as with the values.
        """
        is_pattern = isinstance(condition, Compare) and condition.op in PATTERNS
        longest = max(len(str(value)) for value in _values(condition))
        if self.dialect is Dialect.SQLITE or is_pattern or longest >= _INDEXED_CHARACTERS:
            return column
        return f"left({column}, {_INDEXED_CHARACTERS})"

    def _unicode(self) -> str:
        row = self._connection.one(
            "SELECT min(collname) FROM pg_collation WHERE collname IN ('pg_c_utf8', 'und-x-icu')"
        )
        return f' COLLATE "{row[0]}"' if row and row[0] else ""


def among(column: str, ids: Sequence[int], dialect: Dialect) -> Sql:
    """Return the condition that `column` is one of `ids`, however many they are."""
    if not ids:
        return Sql("1 = 0")
    if len(ids) == 1:
        return Sql(f"{column} = ?", (ids[0],))
    if len(ids) <= _MAX_LISTED:
        return Sql(f"{column} IN ({marks(ids)})", tuple(ids))
    if dialect is Dialect.POSTGRESQL:
        return Sql(f"{column} = ANY(?)", (list(ids),))
    listed = msgspec.json.encode(ids).decode()
    return Sql(f"{column} IN (SELECT value FROM json_each(?))", (listed,))  # noqa: S608 - a column of ours


def in_experiments(column: str, experiment_ids: Sequence[str] | None, dialect: Dialect) -> Sql:
    """Return the condition that `column` is one of some experiments; of all if none are given."""
    return Sql("1 = 1") if experiment_ids is None else among(column, [int(each) for each in experiment_ids], dialect)


def compile_filter(tree: Filter, rows: Rows, *, negated: bool = False) -> Sql:
    """Return the expression that holds for exactly the rows that `tree`, or its complement, selects."""
    match tree:
        case Not(part):
            return compile_filter(part, rows, negated=not negated)
        case And(parts) | Or(parts):
            if isinstance(tree, And) != negated:
                return join_terms("AND", (compile_filter(part, rows, negated=negated) for part in parts))
            return _compile_any(parts, rows, negated=negated)
    leaf = _compile_condition(tree, rows)
    return Sql(f"NOT ({leaf.text})", leaf.params, leaf.depth + 1) if negated else leaf


def _compile_any(parts: Iterable[Filter], rows: Rows, *, negated: bool) -> Sql:
    """Return the expression that a part holds; tests of one key look its value up once, however many they are."""
    of_key: dict[Key, list[Sql]] = {}
    terms: list[Sql] = []
    for part in parts:
        if isinstance(part, (Compare, InList, Between)) and part.key.kind is not Kind.ATTRIBUTE and not negated:
            of_key.setdefault(part.key, []).append(test_key(part, rows.texts, "m"))
        else:
            terms.append(compile_filter(part, rows, negated=negated))
    terms.extend(rows.has(key, join_terms("OR", tests)) for key, tests in of_key.items())
    return join_terms("OR", terms)


def join_terms(word: str, terms: Iterable[Sql]) -> Sql:
    """Return `(a AND b AND …)`, grouped so that no database finds the expression too deep."""
    # The deepest stands first: a parser's stack then grows by one a level.
    level = sorted(terms, key=lambda term: -term.depth)
    while len(level) > _GROUP:
        level = [_join(word, level[at : at + _GROUP]) for at in range(0, len(level), _GROUP)]
    return _join(word, level)


def _join(word: str, terms: list[Sql]) -> Sql:
    if len(terms) == 1:
        return terms[0]
    text = f" {word} ".join(term.text for term in terms)
    params = tuple(param for term in terms for param in term.params)
    return Sql(f"({text})", params, max(term.depth for term in terms) + 1)


def _compile_condition(condition: Condition, rows: Rows) -> Sql:
    key = condition.key
    if key.kind is not Kind.ATTRIBUTE:
        if isinstance(condition, IsNull):
            found = rows.has(key, None)
            return found if condition.negated else Sql(f"NOT ({found.text})", found.params)
        return rows.has(key, test_key(condition, rows.texts, "m"))
    column = rows.attribute(key.name)
    if isinstance(condition, IsNull):
        if not column.nullable:
            return TRUE if condition.negated else FALSE
        return Sql(f"{column.sql} IS {'NOT ' if condition.negated else ''}NULL")
    test = _test_attribute(condition, column, rows.texts)
    return Sql(f"({column.sql} IS NOT NULL AND {test.text})", test.params) if column.nullable else test


def test_key(condition: Compare | InList | Between, texts: Texts, table: str) -> Sql:
    """Return the test of a metric's, param's or tag's value in `table`, one row a run."""
    value = _values(condition)[0]
    if isinstance(value, str):
        return _test(condition, texts.indexed(f"{table}.value", condition), texts)
    column = f"{table}.value" if condition.key.kind is Kind.METRIC else f"{table}.num"
    test = _test(condition, column, texts)
    # NaN, and text that is no number, are NULL; they differ from every number.
    return Sql(f"({column} IS NULL OR {test.text})", test.params) if _is_negative(condition) else test


def _values(condition: Compare | InList | Between) -> tuple[Value, ...]:
    match condition:
        case Compare(_, _, value):
            return (value,)
        case InList(_, values):
            return values
        case Between(_, low, high):
            return (low, high)


def _is_negative(condition: Compare | InList | Between) -> bool:
    return condition.op in _NEGATIVE if isinstance(condition, Compare) else condition.negated


def _test(condition: Compare | InList | Between, column: str, texts: Texts) -> Sql:
    test = _positive_test(condition, column, texts)
    return Sql(f"NOT ({test.text})", test.params) if _is_negative(condition) else test


def _positive_test(condition: Compare | InList | Between, column: str, texts: Texts) -> Sql:
    match condition:
        case InList(_, values):
            return Sql(f"{column} IN ({marks(values)})", tuple(_plain(value) for value in values))
        case Between(_, low, high):
            return Sql(f"{column} BETWEEN ? AND ?", (_plain(low), _plain(high)))
        case Compare(_, op, value):
            positive = _NEGATIVE.get(op, op)
            if positive in {Operator.LIKE, Operator.ILIKE}:
                return texts.match(column, positive, str(value))
            return Sql(f"{column} {positive} ?", (_plain(value),))


def _plain(value: Value) -> str | float:
    return value if isinstance(value, str) else float(value)


def _test_attribute(condition: Compare | InList | Between, column: Column, texts: Texts) -> Sql:
    if column.type is ValueType.TEXT:
        return _test(condition, texts.ordered(column.sql), texts)
    spans = _spans(condition)
    if not spans:
        test = FALSE
    elif all(low == high for low, high in spans):
        test = Sql(f"{column.sql} IN ({marks(spans)})", tuple(low for low, _ in spans))
    else:
        test = Sql(f"{column.sql} BETWEEN ? AND ?", spans[0])
    return Sql(f"NOT ({test.text})", test.params) if _is_negative(condition) else test


def _spans(condition: Compare | InList | Between) -> list[tuple[int, int]]:
    """Return the ranges of 64-bit integers that satisfy the condition, its negation left aside."""
    match condition:
        case InList(_, values):
            spans = [_span(Operator.EQ, _number(value)) for value in values]
        case Between(_, low, high):
            spans = [(_span(Operator.GE, _number(low))[0], _span(Operator.LE, _number(high))[1])]
        case Compare(_, op, value):
            spans = [_span(op, _number(value))]
    clamped = [(max(low, _MIN_INT), min(high, _MAX_INT)) for low, high in spans]
    return [(low, high) for low, high in clamped if low <= high]


def _number(value: Value) -> int | float:
    number = int(value) if isinstance(value, str) else value
    return number if abs(number) <= _MAX_INT else int(math.copysign(_MAX_INT + 2, number))


def _span(op: Operator, value: int | float) -> tuple[int, int]:
    floor, ceiling = math.floor(value), math.ceil(value)
    match op:
        case Operator.GT:
            return floor + 1, _MAX_INT
        case Operator.GE:
            return ceiling, _MAX_INT
        case Operator.LT:
            return _MIN_INT, ceiling - 1
        case Operator.LE:
            return _MIN_INT, floor
    return ceiling, floor
