"""What goes on, read from the database in one snapshot."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from headwater.protocol.columns import QuerySeries
from headwater.protocol.home import (
    STAR_TAG,
    Extreme,
    HomeExperiment,
    HomeResponse,
    HomeRun,
    Progress,
    ReadHome,
)
from headwater.protocol.names import HOST_TAG
from headwater.protocol.workspace import DIRECTION_TAG, MAIN_METRIC_TAG, SAMPLE_TAG
from headwater.stores.sql.alert_rows import load_alerts
from headwater.stores.sql.charts import Line, read_lines
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection, marks
from headwater.stores.sql.database import Database
from headwater.stores.sql.home_registry import list_aliases, list_pending
from headwater.stores.sql.search_conditions import in_experiments

_DAY_MS = 86_400_000
_RUNNING, _RECENT, _FAILED, _ALERTS, _EXPERIMENTS, _STARRED = 8, 10, 10, 5, 8, 100
_POINTS = 60
_GUESSED_FROM = 3
_RUN = (
    "run.id, run.exp_id, run.uuid, run.name, CAST(run.exp_id AS TEXT), experiment.name, "
    "CASE WHEN run.lost = 1 THEN 'LOST' ELSE run.status END, run.user_id, run.start_time, COALESCE(run.end_time, 0)"
)
_LATEST_OF_EACH = """
SELECT experiment.id, COALESCE((SELECT MAX(start_time) FROM run WHERE exp_id = experiment.id AND deleted = 0), 0)
FROM experiment WHERE experiment.deleted = 0
"""
_COUNT_RUNNING = "SELECT exp_id, COUNT(*) FROM run WHERE deleted = 0 AND status = 'RUNNING' GROUP BY exp_id"
_COMMON_METRICS = """
SELECT key.name, COUNT(*) FROM latest JOIN key ON key.id = latest.key_id
WHERE key.base_id IS NULL AND key.name NOT LIKE 'system/%' AND latest.run_id IN
(SELECT id FROM run WHERE exp_id = ? AND deleted = 0 ORDER BY start_time DESC, uuid LIMIT ?) GROUP BY key.name
"""
_SAMPLES = """
SELECT 1 FROM experiment_tag JOIN experiment ON experiment.id = experiment_tag.exp_id
WHERE key = ? AND value = 'yes' AND experiment.deleted = 0 LIMIT 1
"""
_EXTREME = """
SELECT latest.value, run.uuid FROM latest JOIN run ON run.id = latest.run_id
WHERE latest.exp_id = ? AND latest.key_id = ? AND latest.value IS NOT NULL AND run.deleted = 0
ORDER BY latest.value {order} LIMIT 1
"""


class SqlHome:
    """What goes on. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, request: ReadHome) -> HomeResponse:
        """See `ReadHome`."""
        request.check()
        since = now_ms() - _DAY_MS
        among = None if request.among is None else {int(each) for each in request.among}
        with self._database.read() as connection:
            scope = in_experiments("run.exp_id", request.among, connection.dialect)
            active = _within(connection.all(_LATEST_OF_EACH), among)
            counts = _within(connection.all(_COUNT_RUNNING), among)
            running = _list_runs(
                connection, f"run.status = 'RUNNING' AND {scope.text}", scope.params, "start_time", _RUNNING
            )
            has_failed = f"run.status = 'FAILED' AND run.end_time >= ? AND {scope.text}"
            params = (since, *scope.params)
            failed = _list_runs(connection, has_failed, params, "end_time", _FAILED)
            ((failed_total,),) = connection.all(
                f"SELECT COUNT(*) FROM run WHERE run.deleted = 0 AND {has_failed}",  # noqa: S608 - constants and marks
                params,
            )
            raised = f"a.received >= ? AND r.deleted = 0 AND {scope.text.replace('run.', 'r.')}"
            ((alerts_total,),) = connection.all(
                f"SELECT COUNT(*) FROM alert a JOIN run r ON r.id = a.run_id WHERE {raised}",  # noqa: S608 - constants and marks
                params,
            )
            pending, requests_total = list_pending(connection)
            return HomeResponse(
                running=_follow(connection, running),
                running_total=sum(counts.values()),
                recent=_list_recent(connection, active),
                experiments=_list_experiments(connection, active, counts),
                aliases=list_aliases(connection),
                failed=[run for _, _, run in failed],
                failed_total=failed_total,
                alerts=load_alerts(connection, raised, params, limit=_ALERTS),
                alerts_total=alerts_total,
                pending=pending,
                requests_total=requests_total,
                has_samples=connection.one(_SAMPLES, [SAMPLE_TAG]) is not None,
            )


def _within(rows: Iterable[Sequence[int]], among: Collection[int] | None) -> dict[int, int]:
    """Return numbers by experiment, of those that count."""
    return {exp_id: number for exp_id, number in rows if among is None or exp_id in among}


_Found = tuple[int, int, HomeRun]
"""Row ids of a run and its experiment, and the run."""


def _list_runs(connection: Connection, where: str, params: Sequence[object], order: str, limit: int) -> list[_Found]:
    """Return the newest active runs that a condition written by us holds for."""
    rows = connection.all(
        f"SELECT {_RUN} FROM run JOIN experiment ON experiment.id = run.exp_id "  # noqa: S608 - constants
        f"WHERE run.deleted = 0 AND {where} ORDER BY run.{order} DESC, run.uuid LIMIT ?",
        [*params, limit],
    )
    return [(row[0], row[1], HomeRun(*row[2:])) for row in rows]


def _list_recent(connection: Connection, active: Mapping[int, int]) -> list[HomeRun]:
    """Return the newest runs, which can only be in the experiments in which a run began last."""
    latest = sorted(active, key=lambda exp_id: -active[exp_id])[:_RECENT]
    of_each = [
        found
        for exp_id in latest
        for found in _list_runs(connection, "run.exp_id = ?", [exp_id], "start_time", _RECENT)
    ]
    runs = sorted((run for _, _, run in of_each), key=lambda run: (-run.start_time, run.run_id))
    return runs[:_RECENT]


def _follow(connection: Connection, running: Sequence[_Found]) -> list[Progress]:
    """Return runs with the course of their main metrics."""
    mains = {exp_id: _find_main_metric(connection, exp_id)[0] for exp_id in {exp_id for _, exp_id, _ in running}}
    key_ids = connection.find_key_ids([metric for metric in mains.values() if metric])
    query = QuerySeries([run.run_id for _, _, run in running], list(key_ids), buckets=_POINTS)
    lines = read_lines(connection, [run_id for run_id, _, _ in running], list(key_ids.values()), query)
    hosts = _find_hosts(connection, [run_id for run_id, _, _ in running])
    found = []
    for run_id, exp_id, run in running:
        line = lines.get((run_id, key_ids.get(mains[exp_id], 0)))
        metric, values = (mains[exp_id], _thin(line)) if line else ("", [])
        found.append(Progress(run, metric, values, hosts.get(run_id, "")))
    return found


def _find_hosts(connection: Connection, run_ids: Sequence[int]) -> dict[int, str]:
    sql = f"SELECT run_id, value FROM tag JOIN key ON key.id = key_id WHERE name = ? AND run_id IN ({marks(run_ids)})"  # noqa: S608 - marks
    return dict(connection.all(sql, [HOST_TAG, *run_ids])) if run_ids else {}


def _thin(line: Line) -> list[float]:
    """Return at most sixty finite values of a line, its last among them."""
    values = np.frombuffer(line.columns, "<f8")[-line.points :]
    finite = values[np.isfinite(values)]
    if len(finite) > _POINTS:
        finite = finite[np.linspace(0, len(finite) - 1, _POINTS).astype(int)]
    return [float(value) for value in finite]


def _list_experiments(
    connection: Connection, active: Mapping[int, int], running: Mapping[int, int]
) -> list[HomeExperiment]:
    rows = connection.all("SELECT exp_id FROM experiment_tag WHERE key = ? AND value = 'true'", [STAR_TAG])
    starred = active.keys() & {row[0] for row in rows}
    latest = sorted(active, key=lambda exp_id: (-active[exp_id], -exp_id))
    first = [exp_id for exp_id in latest if exp_id in starred][:_STARRED]
    others = [exp_id for exp_id in latest if exp_id not in starred][:_EXPERIMENTS]
    return [
        _describe(connection, exp_id, active[exp_id], running.get(exp_id, 0), starred=exp_id in starred)
        for exp_id in [*first, *others]
    ]


def _describe(connection: Connection, exp_id: int, started: int, running: int, *, starred: bool) -> HomeExperiment:
    ((name, changed),) = connection.all("SELECT name, last_update_time FROM experiment WHERE id = ?", [exp_id])
    ((runs,),) = connection.all("SELECT COUNT(*) FROM run WHERE exp_id = ? AND deleted = 0", [exp_id])
    metric, direction = _find_main_metric(connection, exp_id)
    key_id = connection.find_key_ids([metric]).get(metric, 0)
    return HomeExperiment(
        experiment_id=str(exp_id),
        name=name,
        runs=runs,
        running=running,
        last_activity=max(started, changed),
        metric=metric,
        direction=direction,
        least=_find_extreme(connection, exp_id, key_id, "ASC"),
        greatest=_find_extreme(connection, exp_id, key_id, "DESC"),
        starred=starred,
    )


def _find_extreme(connection: Connection, exp_id: int, key_id: int, order: str) -> Extreme | None:
    row = connection.one(_EXTREME.format(order=order), [exp_id, key_id])
    return Extreme(*row) if row else None


def _find_main_metric(connection: Connection, exp_id: int) -> tuple[str, str]:
    """Return the key of an experiment's main metric and the direction in which it is good, empty if not known."""
    tags: dict[str, str] = dict(
        connection.all(
            "SELECT key, value FROM experiment_tag WHERE exp_id = ? AND key IN (?, ?)",
            [exp_id, MAIN_METRIC_TAG, DIRECTION_TAG],
        )
    )
    if metric := tags.get(MAIN_METRIC_TAG):
        return metric, tags.get(DIRECTION_TAG, "max")
    common = connection.all(_COMMON_METRICS, [exp_id, _GUESSED_FROM])
    best = min(
        common, key=lambda found: (-found[1], not found[0].startswith(("val", "test", "eval")), found[0]), default=("",)
    )
    return best[0], ""
