"""Which keys the runs of some experiments have, summed up from the covering indexes."""

from collections.abc import Sequence

from headwater.protocol.columns import KeyKind, KeySummary, ListKeys, ListKeysResponse
from headwater.protocol.names import check_experiment_id
from headwater.stores.sql.connection import Connection, marks
from headwater.stores.sql.writes import parse_number

_MAX_DISTINCT = 100
_MAX_SAMPLES = 20
_INTERNAL_TAGS = "mlflow."
_TABLES = {KeyKind.METRIC: "latest", KeyKind.PARAM: "param", KeyKind.TAG: "tag"}

_Counted = tuple[KeyKind, str, int, int]
"""Kind, name, id and number of runs of a key."""


class _Scope:
    """The runs whose keys are asked for: those of some experiments that are not in the trash."""

    def __init__(self, connection: Connection, experiments: Sequence[int]) -> None:
        self.connection = connection
        among = f"exp_id IN ({marks(experiments)})"
        sql = f"SELECT COUNT(*) FILTER (WHERE deleted = 0), COUNT(*) FILTER (WHERE deleted = 1) FROM run WHERE {among}"  # noqa: S608 - marks
        self.runs, deleted = connection.all(sql, experiments)[0]
        self.where, self.params = among, tuple(experiments)
        if deleted:
            self.where += f" AND run_id NOT IN (SELECT id FROM run WHERE {among} AND deleted = 1)"  # noqa: S608 - marks
            self.params *= 2


def list_keys(connection: Connection, request: ListKeys) -> ListKeysResponse:
    """Answer `ListKeys` from one snapshot."""
    experiments = [check_experiment_id(experiment_id) for experiment_id in dict.fromkeys(request.experiment_ids)]
    if not experiments:
        return ListKeysResponse([], 0, 0)
    scope = _Scope(connection, experiments)
    counted = [_count_keys(scope, kind, request.contains) for kind in _TABLES]
    summaries = [_summarise(scope, *key) for key in _cut(counted, request.limit)]
    return ListKeysResponse(summaries, sum(map(len, counted)), scope.runs)


def _cut(counted: Sequence[list[_Counted]], limit: int) -> list[_Counted]:
    """Return the first keys of each kind, as many of each as there are, or its share of the limit."""
    shares: dict[int, int] = {}
    for place in sorted(range(len(counted)), key=lambda place: len(counted[place])):
        share = -((sum(shares.values()) - limit) // (len(counted) - len(shares)))  # rounded up
        shares[place] = min(len(counted[place]), share)
    return [key for place, keys in enumerate(counted) for key in keys[: shares[place]]]


def _count_keys(scope: _Scope, kind: KeyKind, contains: str) -> list[_Counted]:
    """Return each key, by falling number of runs."""
    sql = f"SELECT key_id, COUNT(*) FROM {_TABLES[kind]} WHERE {scope.where} GROUP BY key_id"  # noqa: S608 - constants and marks
    runs: dict[int, int] = dict(scope.connection.all(sql, scope.params))
    found = [
        (kind, name, key_id, runs[key_id])
        for key_id, name in scope.connection.key_names(runs).items()
        if contains.casefold() in name.casefold() and not (kind is KeyKind.TAG and name.startswith(_INTERNAL_TAGS))
    ]
    return sorted(found, key=lambda key: (-key[3], key[1]))


def _summarise(scope: _Scope, kind: KeyKind, name: str, key_id: int, runs: int) -> KeySummary:
    where, params = f"{scope.where} AND key_id = ?", (*scope.params, key_id)
    sql = f"SELECT DISTINCT value FROM {_TABLES[kind]} WHERE {where} LIMIT {_MAX_DISTINCT}"  # noqa: S608 - constants and marks
    values = [row[0] for row in scope.connection.all(sql, params)]
    if kind is KeyKind.METRIC:
        low, high = scope.connection.all(f"SELECT MIN(value), MAX(value) FROM latest WHERE {where}", params)[0]  # noqa: S608 - marks
        return KeySummary(kind, name, runs, len(values), _plus_zero(low), _plus_zero(high))
    low = high = None
    if kind is KeyKind.PARAM:
        low, high = _range(scope, where, params, values)
    return KeySummary(kind, name, runs, len(values), low, high, sorted(values)[:_MAX_SAMPLES])


def _range(scope: _Scope, where: str, params: tuple[int, ...], values: list[str]) -> tuple[float | None, float | None]:
    """Return the extremes of a param whose values are all numbers; every run is read only if there are many values."""
    numbers = [parse_number(value) for value in values]
    if None in numbers:
        return None, None
    if len(values) < _MAX_DISTINCT:
        found = [number for number in numbers if number is not None]
        return min(found), max(found)
    sql = f"SELECT COUNT(*), COUNT(num), MIN(num), MAX(num) FROM param WHERE {where}"  # noqa: S608 - marks
    runs, numeric, low, high = scope.connection.all(sql, params)[0]
    return (low, high) if runs == numeric else (None, None)


def _plus_zero(value: float | None) -> float | None:
    return None if value is None else value + 0.0
