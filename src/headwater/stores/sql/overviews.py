"""Experiments with what goes on in them."""

from collections import defaultdict
from collections.abc import Sequence

from headwater.protocol.workspace import (
    DIRECTION_TAG,
    MAIN_METRIC_TAG,
    ExperimentOverview,
    ListOverviews,
    ListOverviewsResponse,
)
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.experiments import find_experiment, load_experiments
from headwater.stores.sql.search import select_experiments

_COUNT_RUNS = """
SELECT exp_id, COUNT(*), COUNT(*) FILTER (WHERE status = 'RUNNING'), MAX(start_time), MAX(COALESCE(end_time, 0))
FROM run WHERE exp_id IN ({marks}) AND deleted = 0 GROUP BY exp_id
"""
_COUNT_MODELS = "SELECT exp_id, COUNT(*) FROM logged_model WHERE exp_id IN ({marks}) AND deleted = 0 GROUP BY exp_id"
_COUNT_DATASETS = "SELECT exp_id, COUNT(*) FROM dataset WHERE exp_id IN ({marks}) GROUP BY exp_id"
_FIND_BEST = """
SELECT l.exp_id, l.value, r.uuid FROM (
  SELECT latest.exp_id, {best}(value) AS value FROM latest JOIN run ON run.id = latest.run_id AND run.deleted = 0
  WHERE latest.exp_id IN ({marks}) AND key_id = ? GROUP BY latest.exp_id
) b JOIN latest l ON l.exp_id = b.exp_id AND l.key_id = ? AND l.value = b.value
JOIN run r ON r.id = l.run_id AND r.deleted = 0 ORDER BY r.start_time DESC
"""


def list_overviews(connection: Connection, request: ListOverviews) -> ListOverviewsResponse:
    """Answer `ListOverviews` from one snapshot."""
    found = _find_experiments(connection, request)
    ids = found[: request.limit]
    experiments = load_experiments(connection, ids)
    tags = {
        exp_id: {tag.key: tag.value for tag in experiment.tags}
        for exp_id, experiment in zip(ids, experiments, strict=True)
    }
    runs: dict[int, tuple[int, int, int, int]] = {}
    models: dict[int, int] = {}
    datasets: dict[int, int] = {}
    for chunk in chunks(ids):
        rows = connection.all(_COUNT_RUNS.format(marks=marks(chunk)), chunk)
        runs.update((exp_id, (count, running, begun, ended)) for exp_id, count, running, begun, ended in rows)
        models.update(connection.all(_COUNT_MODELS.format(marks=marks(chunk)), chunk))
        datasets.update(connection.all(_COUNT_DATASETS.format(marks=marks(chunk)), chunk))
    best = _find_best(connection, tags)
    overviews = []
    for exp_id, experiment in zip(ids, experiments, strict=True):
        count, running, begun, ended = runs.get(exp_id, (0, 0, 0, 0))
        value, run_id = best.get(exp_id, (None, ""))
        overviews.append(
            ExperimentOverview(
                experiment=experiment,
                runs=count,
                running=running,
                models=models.get(exp_id, 0),
                datasets=datasets.get(exp_id, 0),
                last_activity=max(begun, ended, experiment.last_update_time),
                best=value,
                best_run_id=run_id,
            )
        )
    return ListOverviewsResponse(overviews, len(found) > len(ids))


def _find_experiments(connection: Connection, request: ListOverviews) -> list[int]:
    if request.experiment_ids:
        return [find_experiment(connection, experiment_id) for experiment_id in dict.fromkeys(request.experiment_ids)]
    return select_experiments(
        connection,
        filter=request.filter,
        order_by=request.order_by,
        view=request.view_type,
        limit=request.limit + 1,
        offset=0,
    )


def _find_best(connection: Connection, tags: dict[int, dict[str, str]]) -> dict[int, tuple[float, str]]:
    """Return the best of each experiment's main metric and the run that has it, of equals the newest."""
    wanted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for exp_id, of_experiment in tags.items():
        if key := of_experiment.get(MAIN_METRIC_TAG):
            wanted[key, "MIN" if of_experiment.get(DIRECTION_TAG) == "min" else "MAX"].append(exp_id)
    key_ids = connection.find_key_ids({key for key, _ in wanted})
    best: dict[int, tuple[float, str]] = {}
    for (key, word), ids in wanted.items():
        if key in key_ids:
            _read_best(connection, key_ids[key], word, ids, best)
    return best


def _read_best(
    connection: Connection, key_id: int, word: str, ids: Sequence[int], best: dict[int, tuple[float, str]]
) -> None:
    for chunk in chunks(ids):
        sql = _FIND_BEST.format(best=word, marks=marks(chunk))
        for exp_id, value, run_id in connection.all(sql, (*chunk, key_id, key_id)):
            best.setdefault(exp_id, (value + 0.0, run_id))
