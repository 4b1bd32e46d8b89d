"""Whatever a filter says, its text parses back, every store agrees with plain Python, and nothing else is raised."""

import math
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import CreateExperiment, ViewType
from headwater.protocol.filters import (
    EXPERIMENTS,
    RUNS,
    And,
    Between,
    Compare,
    Filter,
    InList,
    IsNull,
    Key,
    Kind,
    Not,
    Operator,
    Or,
    OrderKey,
    parse_filter,
    parse_order_by,
)
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import CreateRun, GetRun, LogBatch, Param, Run, RunStatus, RunTag, UpdateRun
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.stores.sql.database import Database
from headwater.stores.sql.search import count_runs, select_runs
from headwater.stores.sql.text_match import fold

_TEXTS = ["", "a", "A", "ab", "aB%", "a_b", "é", "É", "Ж", "ж", "[a]*?", "\\", "10", "9.5", "it's", "x\ny"]
_NUMBERS = [0, 1, -1, 0.5, 10, 9.5, 2**53, -2.5, math.inf, 10**20]
_NUMERIC = [Operator.EQ, Operator.NE, Operator.GT, Operator.GE, Operator.LT, Operator.LE]
_PATTERNS = ["%", "a%", "%B%", "_", "__", "É", "%ж", "[a]%", "\\", "%*?", "%\n%", "A_B"]
_TEXT_KEYS = [
    *(Key(Kind.PARAM, name) for name in ("p", "q r", "nowhere")),
    *(Key(Kind.TAG, name) for name in ("t", "p", "and")),
    *(Key(Kind.ATTRIBUTE, name) for name in ("run_name", "status", "user_id")),
]
_NUMBER_KEYS = [
    *(Key(Kind.METRIC, name) for name in ("m", "val/acc", "nowhere")),
    *(Key(Kind.ATTRIBUTE, name) for name in ("start_time", "end_time", "duration")),
    Key(Kind.PARAM, "p"),
]
_WORDS = {Kind.METRIC: "metrics", Kind.PARAM: "params", Kind.TAG: "tags", Kind.ATTRIBUTE: "attributes"}


def _conditions(keys: list[Key], values: st.SearchStrategy[Any], ops: list[Operator]) -> st.SearchStrategy[Filter]:
    key = st.sampled_from(keys)
    return st.one_of(
        st.builds(Compare, key, st.sampled_from(ops), values),
        st.builds(InList, key, st.lists(values, min_size=1, max_size=3).map(tuple), st.booleans()),
        st.builds(Between, key, values, values, st.booleans()),
        st.builds(IsNull, key, st.booleans()),
    )


_PATTERN_OPS = [Operator.LIKE, Operator.ILIKE, Operator.NOT_LIKE, Operator.NOT_ILIKE]
_LEAVES = st.one_of(
    _conditions(_TEXT_KEYS, st.sampled_from(_TEXTS), _NUMERIC),
    _conditions(_NUMBER_KEYS, st.sampled_from(_NUMBERS), _NUMERIC),
    st.builds(Compare, st.sampled_from(_TEXT_KEYS), st.sampled_from(_PATTERN_OPS), st.sampled_from(_PATTERNS)),
)


def _grow(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner))


_TREES: st.SearchStrategy[Filter] = st.recursive(_LEAVES, _grow, max_leaves=8)
_ORDERS = st.lists(
    st.builds(OrderKey, st.sampled_from([*_TEXT_KEYS, *_NUMBER_KEYS]), st.booleans()),
    max_size=3,
    unique_by=lambda order: order.key,
)


def _key(key: Key) -> str:
    return f"{_WORDS[key.kind]}.`{key.name}`"


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return f'"{value}"' if "'" in value else f"'{value}'"
    return "1e999" if value == math.inf else str(value)


def _text(tree: Filter) -> str:
    match tree:
        case And(parts) | Or(parts):
            word = " AND " if isinstance(tree, And) else " or "
            return word.join(f"({_text(part)})" if isinstance(part, (And, Or)) else _text(part) for part in parts)
        case Not(part):
            return f"NOT ({_text(part)})"
        case Compare(key, op, value):
            return f"{_key(key)} {op} {_value(value)}"
        case InList(key, values, negated):
            return f"{_key(key)} {'NOT ' * negated}IN ({', '.join(map(_value, values))})"
        case Between(key, low, high, negated):
            return f"{_key(key)} {'not ' * negated}BETWEEN {_value(low)} AND {_value(high)}"
        case IsNull(key, negated):
            return f"{_key(key)} IS {'NOT ' * negated}NULL"


@given(_TREES)
def test_a_filter_written_down_parses_back(tree: Filter) -> None:
    """For every tree; numbers too large for 18 digits come back as floats, which are equal."""
    assert parse_filter(_text(tree), RUNS) == tree


_PIECES = st.sampled_from(
    [
        *("AND", "OR", "NOT", "(", ")", ",", "IN", "BETWEEN", "LIKE", "IS", "NULL", "=", "!=", ">", "<>", ";", "'"),
        *('"', "`", ".", "-", "*", "metrics.a", "params.b", "tags.`c d`", "status", "1", "1e9", "'x'", "\\"),
    ]
)


@given(st.one_of(st.text(), st.lists(_PIECES).map(" ".join), st.lists(_PIECES).map("".join)))
@settings(max_examples=500)
def test_any_text_parses_or_is_refused(text: str) -> None:
    """As a filter and as an order, of runs and of experiments."""
    for grammar in (RUNS, EXPERIMENTS):
        with suppress(InvalidParameterValue):
            parse_filter(text, grammar)
        with suppress(InvalidParameterValue):
            parse_order_by([text], grammar)


def _like(pattern: str, text: str) -> bool:
    reached = {0}
    for char in pattern:
        if char == "%":
            reached = set(range(min(reached), len(text) + 1)) if reached else reached
        else:
            reached = {at + 1 for at in reached if at < len(text) and char in {"_", text[at]}}
    return len(text) in reached


def _number_of(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _value_of(run: Run, key: Key) -> Any:
    info = run.info
    match key.kind:
        case Kind.METRIC:
            return next((metric.value for metric in run.data.metrics if metric.key == key.name), None)
        case Kind.PARAM:
            return next((param.value for param in run.data.params if param.key == key.name), None)
        case Kind.TAG:
            return next((tag.value for tag in run.data.tags if tag.key == key.name), None)
    if key.name == "duration":
        return None if info.end_time is None else info.end_time - info.start_time
    return getattr(info, key.name)


def _compare(op: Operator, found: Any, value: Any) -> bool:
    match op:
        case Operator.EQ:
            return bool(found == value)
        case Operator.NE:
            return bool(found != value)
        case Operator.GT:
            return bool(found > value)
        case Operator.GE:
            return bool(found >= value)
        case Operator.LT:
            return bool(found < value)
        case Operator.LE:
            return bool(found <= value)
        case Operator.LIKE | Operator.NOT_LIKE:
            return _like(value, found) == (op is Operator.LIKE)
    return _like(fold(value), fold(found)) == (op is Operator.ILIKE)


def _holds(tree: Filter, run: Run) -> bool:
    match tree:
        case And(parts):
            return all(_holds(part, run) for part in parts)
        case Or(parts):
            return any(_holds(part, run) for part in parts)
        case Not(part):
            return not _holds(part, run)
        case IsNull(key, negated):
            return (_value_of(run, key) is None) != negated
    found = _value_of(run, tree.key)
    if found is None:
        return False
    sample = tree.value if isinstance(tree, Compare) else tree.values[0] if isinstance(tree, InList) else tree.low
    if isinstance(found, str) and not isinstance(sample, str):
        found = _number_of(found)
    match tree:
        case Compare(_, op, value):
            return _compare(op, found, value)
        case InList(_, values, negated):
            return (found in values) != negated
        case Between(_, low, high, negated):
            return bool(low <= found <= high) != negated


def _sorted(runs: list[Run], orders: list[OrderKey]) -> list[str]:
    rows = sorted(runs, key=lambda run: (-run.info.start_time, run.info.run_id))
    for order in reversed(orders):

        def group(run: Run, key: Key = order.key) -> int:
            value = _value_of(run, key)
            return 2 if value is None else 1 if value != value else 0

        present = [run for run in rows if group(run) == 0]
        present.sort(key=lambda run, key=order.key: _value_of(run, key), reverse=order.descending)  # type: ignore[misc]
        rows = present + [run for run in rows if group(run) == 1] + [run for run in rows if group(run) == 2]
    return [run.info.run_id for run in rows]


def _fill(store: Store) -> tuple[str, list[Run]]:
    experiment_id = store.experiments.create(CreateExperiment("property")).experiment_id
    metrics = [0.0, 1.0, -1.0, 0.5, math.nan, math.inf, -math.inf, 2.0**53, 9.5]
    runs = []
    for n in range(24):
        name = _TEXTS[n % len(_TEXTS)] or "none"
        request = CreateRun(experiment_id, f"u{n % 3}", name, 1000 * (n // 2), run_id=f"{n * 7919 % 1000:032x}")
        run_id = store.runs.create(request).run.info.run_id
        store.runs.log_batch(
            LogBatch(
                run_id,
                [
                    *([Metric("m", metrics[n % 9], 1, 0)] if n % 5 else []),
                    *([Metric("val/acc", metrics[n % 4], 1, 0)] if n % 3 else []),
                ],
                [
                    *([Param("p", _TEXTS[n * 3 % len(_TEXTS)])] if n % 4 else []),
                    *([Param("q r", _TEXTS[n % len(_TEXTS)])] if n % 2 else []),
                ],
                [
                    *([RunTag("t", _TEXTS[n * 5 % len(_TEXTS)])] if n % 3 else []),
                    *([RunTag("p", _TEXTS[n % len(_TEXTS)])] if n % 7 else []),
                ],
            )
        )
        if n % 4 == 1:
            ended = UpdateRun(run_id=run_id, status=RunStatus.FINISHED, end_time=1000 * (n // 2) + n % 3)
            store.runs.update(ended)
        runs.append(store.runs.get(GetRun(run_id=run_id)).run)
    return experiment_id, runs


def test_a_store_finds_what_plain_python_finds(database_uri: str, tmp_path: Path) -> None:
    """Any filter, any order, any page."""
    store = open_store(database_uri, artifacts=tmp_path / "artifacts")
    experiment_id, runs = _fill(store)
    database = Database(database_uri)

    @given(_TREES, _ORDERS, st.integers(0, 12), st.integers(1, 12))
    @settings(max_examples=250, deadline=None)
    def check(tree: Filter, orders: list[OrderKey], offset: int, limit: int) -> None:
        expected = _sorted([run for run in runs if _holds(tree, run)], orders)
        clauses = [f"{_key(order.key)} {'DESC' if order.descending else 'ASC'}" for order in orders]
        scope = {"experiment_ids": [int(experiment_id)], "filter": _text(tree), "view": ViewType.ACTIVE_ONLY}
        with database.read() as connection:
            ids: dict[int, str] = dict(connection.all("SELECT id, uuid FROM run"))
            found = select_runs(connection, order_by=clauses, limit=limit, offset=offset, **scope)  # type: ignore[arg-type]
            count = count_runs(connection, **scope)  # type: ignore[arg-type]
        assert [ids[run_id] for run_id in found] == expected[offset : offset + limit]
        assert count == len(expected)

    check()
    database.close()
    store.close()
