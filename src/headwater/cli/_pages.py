"""Reading what a search finds page by page, and runs as plain records for programs."""

from collections.abc import Iterator

import msgspec

from headwater.cli._options import find_experiment
from headwater.config import EXPERIMENT_ID, EXPERIMENT_NAME
from headwater.protocol.experiments import Experiment, SearchExperiments, ViewType
from headwater.protocol.inputs import RunInputs, RunOutputs
from headwater.protocol.registered_models import MAX_MODEL_RESULTS, RegisteredModel, SearchRegisteredModels
from headwater.protocol.runs import Run, RunInfo, SearchRuns
from headwater.stores.interface import Store

PAGE_SIZE = 1000


class RunValues(msgspec.Struct, frozen=True):
    """The latest value of each metric, the params and the tags, by name."""

    metrics: dict[str, float]
    params: dict[str, str]
    tags: dict[str, str]


class RunRecord(msgspec.Struct, frozen=True):
    """A run as `--json` prints it."""

    info: RunInfo
    data: RunValues
    inputs: RunInputs
    outputs: RunOutputs


def run_record(run: Run) -> RunRecord:
    """Return the run with its values by name instead of in lists."""
    return RunRecord(
        run.info,
        RunValues(
            metrics={metric.key: metric.value for metric in (*run.data.metrics, *run.data.contexts)},
            params={param.key: param.value for param in run.data.params},
            tags={tag.key: tag.value for tag in run.data.tags},
        ),
        run.inputs,
        run.outputs,
    )


def read_runs(store: Store, request: SearchRuns, limit: int | None = None) -> Iterator[Run]:
    """Yield up to `limit` runs that the search finds, all without a limit, page by page."""
    left = limit
    while left is None or left > 0:
        size = PAGE_SIZE if left is None else min(PAGE_SIZE, left)
        page = store.runs.search(msgspec.structs.replace(request, max_results=size))
        yield from page.runs
        if not page.next_page_token:
            return
        left = None if left is None else left - len(page.runs)
        request = msgspec.structs.replace(request, page_token=page.next_page_token)


def read_experiments(store: Store, request: SearchExperiments, limit: int | None = None) -> list[Experiment]:
    """Return up to `limit` experiments that the search finds, all without a limit."""
    found: list[Experiment] = []
    while limit is None or len(found) < limit:
        size = PAGE_SIZE if limit is None else min(PAGE_SIZE, limit - len(found))
        page = store.experiments.search(msgspec.structs.replace(request, max_results=size))
        found += page.experiments
        if not page.next_page_token:
            break
        request = msgspec.structs.replace(request, page_token=page.next_page_token)
    return found


def read_models(store: Store, request: SearchRegisteredModels, limit: int) -> list[RegisteredModel]:
    """Return up to `limit` registered models that the search finds."""
    found: list[RegisteredModel] = []
    while len(found) < limit:
        size = min(MAX_MODEL_RESULTS, limit - len(found))
        page = store.registered_models.search(msgspec.structs.replace(request, max_results=size))
        found += page.registered_models
        if not page.next_page_token:
            break
        request = msgspec.structs.replace(request, page_token=page.next_page_token)
    return found


def runs_request(
    store: Store,
    experiment: str,
    experiment_name: str,
    experiment_id: str,
    filter_text: str,
    order_by: list[str],
    view: ViewType,
) -> SearchRuns:
    """Return the search over the experiment that was named (or is in force), else over all experiments in use."""
    if experiment or experiment_name or experiment_id or EXPERIMENT_NAME.get() or EXPERIMENT_ID.get():
        ids = [find_experiment(store, experiment, experiment_name, experiment_id).experiment_id]
    else:
        ids = [found.experiment_id for found in read_experiments(store, SearchExperiments())]
    return SearchRuns(experiment_ids=ids, filter=filter_text, run_view_type=view, order_by=order_by)
