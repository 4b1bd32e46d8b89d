"""Runs in groups of those with the same values, each column summed up for each group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headwater.protocol.columns import MAX_QUERY_RUNS, KeyKind
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_experiment_id
from headwater.protocol.workspace import GroupColumn, QueryGroups, QueryGroupsResponse, RunGroup
from headwater.stores.sql.blocks import Float64s
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.run_columns import count_active
from headwater.stores.sql.run_pages import NUMBERS, RunPage, open_page, parse_column
from headwater.stores.sql.search import select_runs
from headwater.stores.sql.writes import parse_number

_PARENT = "parent"
_CHUNK = 5000
_RUNNING = "RUNNING"

Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Grouping:
    """Which group each run of a page is in, and what each group's runs have in common."""

    page: RunPage
    index: npt.NDArray[np.intp]
    values: list[Values]

    def sum_up(self, name: str) -> GroupColumn:
        """Return a column for each group."""
        numbers = _read_numbers(self.page, name)
        has = ~np.isnan(numbers)
        index, numbers, size = self.index[has], numbers[has], len(self.values)
        count = np.bincount(index, minlength=size)
        low, high = np.full(size, np.inf), np.full(size, -np.inf)
        np.minimum.at(low, index, numbers)
        np.maximum.at(high, index, numbers)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            mean = np.bincount(index, numbers, size) / count
            squares = np.bincount(index, (numbers - mean[index]) ** 2, size)
            deviation = np.sqrt(squares / (count - 1))
        some, several = count > 0, count > 1
        return GroupColumn(
            name,
            count.tolist(),
            _listed(mean, some),
            _listed(low, some),
            _listed(high, some),
            _listed(deviation, several),
        )

    def find_best(self, name: str, *, least: bool) -> list[tuple[float, int] | None]:
        """Return for each group the best number of a column and the place of the run that has it."""
        numbers = _read_numbers(self.page, name)
        found: list[tuple[float, int] | None] = [None] * len(self.values)
        order = np.argsort(numbers if least else -numbers, kind="stable")  # NaN comes last either way
        groups, places = np.unique(self.index[order], return_index=True)
        for group, place in zip(groups.tolist(), order[places].tolist(), strict=True):
            number = float(numbers[place])
            found[group] = (number, place) if number == number else None
        return found


def query_groups(connection: Connection, request: QueryGroups) -> QueryGroupsResponse:
    """Answer `QueryGroups` from one snapshot."""
    experiments = [check_experiment_id(experiment_id) for experiment_id in dict.fromkeys(request.experiment_ids)]
    total = count_active(connection, experiments, request.view_type)[0] if experiments else 0
    run_ids = select_runs(
        connection,
        experiment_ids=experiments,
        filter=request.filter,
        order_by=[],
        view=request.view_type,
        limit=MAX_QUERY_RUNS,
        offset=0,
    )
    page = open_page(connection, run_ids, experiments, total)
    grouping = _group(page, [_read_texts(page, name) for name in request.by])
    best = grouping.find_best(request.best, least=request.least) if request.best else [None] * len(grouping.values)
    columns = [grouping.sum_up(name) for name in dict.fromkeys(request.columns)]
    groups = _describe(grouping, best)
    order = _order(groups, least=request.least)[: request.limit]
    return QueryGroupsResponse(
        len(groups), len(run_ids), [groups[place] for place in order], [_choose(column, order) for column in columns]
    )


def _group(page: RunPage, keys: Sequence[Sequence[str | None]]) -> _Grouping:
    of_values: dict[Values, int] = {}
    index = [of_values.setdefault(values, len(of_values)) for values in zip(*keys, strict=True)]
    return _Grouping(page, np.array(index, np.intp), list(of_values))


def _read_texts(page: RunPage, name: str) -> Sequence[str | None]:
    """Return what runs are grouped by: a text each, None where there is none."""
    if name == _PARENT:
        return [parent or None for parent in page.parents()]
    column = parse_column(name)
    if column.kind is KeyKind.METRIC or column.key in NUMBERS:
        raise InvalidParameterValue(
            f"Runs cannot be grouped by '{name}'. Group by params, tags, datasets, parent, or the attributes "
            "status, user_id and experiment_id."
        )
    if column.kind is KeyKind.ATTRIBUTE:
        return [str(value) for value in page.attributes([column.key])[column.key]]
    values, index = page.column_texts(column)
    texts: list[str | None] = [*values, None]
    return [texts[code] for code in index]


def _read_numbers(page: RunPage, name: str) -> Float64s:
    """Return a column's number for each run, NaN where there is none."""
    column = parse_column(name)
    if column.kind is KeyKind.METRIC:
        found = dict(page.cells(column))
    elif column.kind is KeyKind.PARAM:
        values, index = page.column_texts(column)
        numbers = [parse_number(value) for value in values]
        return np.array([*numbers, None], np.float64)[index] if index else np.empty(0)
    elif column.kind is KeyKind.ATTRIBUTE and column.key in NUMBERS:
        return np.array(page.attributes([column.key])[column.key], np.float64)
    else:
        raise InvalidParameterValue(
            f"The column '{name}' has no numbers to sum up. Sum up metrics, params, or the attributes "
            f"{', '.join(NUMBERS)}."
        )
    return np.array(list(map(found.get, page.run_ids)), np.float64)


def _describe(grouping: _Grouping, best: Sequence[tuple[float, int] | None]) -> list[RunGroup]:
    page = grouping.page
    runs = np.bincount(grouping.index, minlength=len(grouping.values)).tolist()
    running = np.zeros(len(grouping.values), np.intp)
    status = page.attributes(["status"])["status"]
    np.add.at(running, grouping.index[[word == _RUNNING for word in status]], 1)
    names = _read_names(page, [page.run_ids[found[1]] for found in best if found])
    groups = []
    for values, count, busy, found in zip(grouping.values, runs, running.tolist(), best, strict=True):
        run_id, name = names[page.run_ids[found[1]]] if found else ("", "")
        groups.append(RunGroup(list(values), count, busy, found[0] if found else None, run_id, name))
    return groups


def _read_names(page: RunPage, run_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for chunk in chunks(run_ids, _CHUNK):
        sql = f"SELECT id, uuid, name FROM run WHERE id IN ({marks(chunk)})"  # noqa: S608 - marks
        found.update((row_id, (uuid, name)) for row_id, uuid, name in page.connection.all(sql, chunk))
    return found


def _order(groups: Sequence[RunGroup], *, least: bool) -> list[int]:
    """Return the places of the groups: the best first, then those without a best, the largest first."""

    def rank(place: int) -> tuple[bool, float, int]:
        group = groups[place]
        if group.best is None:
            return True, 0.0, -group.runs
        return False, group.best if least else -group.best, -group.runs

    return sorted(range(len(groups)), key=rank)


def _choose(column: GroupColumn, order: Sequence[int]) -> GroupColumn:
    return GroupColumn(
        column.name,
        [column.count[place] for place in order],
        [column.mean[place] for place in order],
        [column.min[place] for place in order],
        [column.max[place] for place in order],
        [column.std[place] for place in order],
    )


def _listed(numbers: Float64s, known: npt.NDArray[np.bool_]) -> list[float | None]:
    return [number if is_known else None for number, is_known in zip(numbers.tolist(), known.tolist(), strict=True)]
