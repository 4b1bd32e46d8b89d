"""The values of one key over the runs of some experiments, with how many runs have each."""

from collections.abc import Sequence

import numpy as np

from headwater.protocol.columns import KeyKind
from headwater.protocol.names import check_experiment_id
from headwater.protocol.workspace import Histogram, ListValues, ListValuesResponse, ValueCount
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, Row, marks
from headwater.stores.sql.run_pages import NUMBERS, TABLES, TEXTS, ColumnName, parse_column
from headwater.stores.sql.search_runs import DATASETS


def list_values(connection: Connection, request: ListValues) -> ListValuesResponse:
    """Answer `ListValues` from one snapshot."""
    column = parse_column(request.key)
    experiments = [check_experiment_id(experiment_id) for experiment_id in dict.fromkeys(request.experiment_ids)]
    if not experiments:
        return ListValuesResponse([], 0, 0)
    isnumeric = column.kind is KeyKind.METRIC or (column.kind is KeyKind.ATTRIBUTE and column.key in NUMBERS)
    rows = [] if isnumeric else _count_texts(connection, column, experiments)
    wanted = request.contains.casefold()
    found = [ValueCount(str(value), runs) for value, runs in rows if wanted in str(value).casefold()]
    found.sort(key=lambda value: (-value.runs, value.value))
    numbers = _read_numbers(connection, column, experiments) if isnumeric or request.bins else []
    runs = len(numbers) if isnumeric else sum(count for _, count in rows)
    return ListValuesResponse(found[: request.limit], len(found), runs, _count_bins(numbers, request.bins))


def _count_texts(connection: Connection, column: ColumnName, experiments: Sequence[int]) -> list[Row]:
    among = f"r.exp_id IN ({marks(experiments)}) AND r.deleted = 0"
    if column.kind is KeyKind.ATTRIBUTE:
        # As filters compare it: a lost run is a failed one.
        value = "status" if column.key == "status" else TEXTS[column.key]
        sql = f"SELECT {value}, COUNT(*) FROM run r WHERE {among} GROUP BY 1"  # noqa: S608 - constants and marks
        return connection.all(sql, experiments)
    if column.kind is KeyKind.DATASET:
        source = f"FROM {DATASETS[column.key]} v JOIN run r ON r.id = v.run_id WHERE {among} AND v.value <> ''"
        return connection.all(f"SELECT v.value, COUNT(DISTINCT r.id) {source} GROUP BY v.value", experiments)
    body, params = _keyed(connection, column, experiments)
    return connection.all(f"SELECT value, COUNT(*) {body} GROUP BY value", params)


def _read_numbers(connection: Connection, column: ColumnName, experiments: Sequence[int]) -> list[float]:
    """Return the numbers of a metric, a numeric attribute, or of a param whose values are all numbers."""
    if column.kind is KeyKind.ATTRIBUTE and column.key in NUMBERS:
        times = (now_ms(),) if column.key == "duration" else ()
        sql = f"SELECT {NUMBERS[column.key]} FROM run WHERE exp_id IN ({marks(experiments)}) AND deleted = 0"  # noqa: S608 - constants and marks
        return [row[0] for row in connection.all(sql, (*times, *experiments)) if row[0] is not None]
    if column.kind not in {KeyKind.METRIC, KeyKind.PARAM}:
        return []
    body, params = _keyed(connection, column, experiments)
    field = "value" if column.kind is KeyKind.METRIC else "num"
    numbers = [row[0] for row in connection.all(f"SELECT {field} {body}", params)]
    if column.kind is KeyKind.PARAM:
        return [] if None in numbers else numbers
    return [np.nan if number is None else number for number in numbers]


def _keyed(connection: Connection, column: ColumnName, experiments: Sequence[int]) -> tuple[str, tuple[object, ...]]:
    """Return `FROM … WHERE …` of the rows that hold a key in active runs."""
    key_id = connection.find_key_ids([column.key]).get(column.key)
    among = f"exp_id IN ({marks(experiments)})"
    params: tuple[object, ...] = (*experiments, key_id)
    body = f"FROM {TABLES[column.kind]} WHERE {among} AND key_id = ?"
    trash = f"exp_id IN ({marks(experiments)}) AND deleted = 1"
    if connection.one(f"SELECT 1 FROM run WHERE {trash} LIMIT 1", experiments):  # noqa: S608 - marks
        body += f" AND run_id NOT IN (SELECT id FROM run WHERE {trash})"  # noqa: S608 - marks
        params = (*params, *experiments)
    return body, params


def _count_bins(numbers: Sequence[float], bins: int) -> Histogram | None:
    values = np.array(numbers, np.float64)
    values = values[np.isfinite(values)]
    if not bins or not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        return None
    width = (high - low) / bins
    places = np.zeros(len(values), np.intp) if width == 0 else ((values - low) / width).astype(np.intp)
    return Histogram(low, high, np.bincount(np.minimum(places, bins - 1), minlength=bins).tolist())
