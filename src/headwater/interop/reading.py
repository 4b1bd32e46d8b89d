"""Reading a whole store page by page, for exports."""

from collections.abc import Iterator

import msgspec

from headwater.protocol.experiments import Experiment, SearchExperiments, ViewType
from headwater.protocol.imports import PointColumns, ReadPoints
from headwater.protocol.model_versions import ModelVersion, SearchModelVersions
from headwater.protocol.registered_models import RegisteredModel, SearchRegisteredModels
from headwater.protocol.runs import Run, SearchRuns
from headwater.stores.interface import Store

_EXPERIMENTS_PAGE = 1000
_RUNS_PAGE = 200
_POINTS_PAGE = 100_000
_VERSIONS_PAGE = 1000


def read_experiments(store: Store) -> Iterator[Experiment]:
    """Yield every experiment, those in the trash too."""
    request = SearchExperiments(max_results=_EXPERIMENTS_PAGE, view_type=ViewType.ALL, order_by=["experiment_id ASC"])
    while True:
        page = store.experiments.search(request)
        yield from page.experiments
        if not page.next_page_token:
            return
        request = msgspec.structs.replace(request, page_token=page.next_page_token)


def read_runs(store: Store, experiment_id: str) -> Iterator[Run]:
    """Yield every run of an experiment, those in the trash too, the oldest first."""
    request = SearchRuns(
        [experiment_id], run_view_type=ViewType.ALL, max_results=_RUNS_PAGE, order_by=["attributes.start_time ASC"]
    )
    while True:
        page = store.runs.search(request)
        yield from page.runs
        if not page.next_page_token:
            return
        request = msgspec.structs.replace(request, page_token=page.next_page_token)


def read_series(store: Store, run_id: str, key: str) -> Iterator[PointColumns]:
    """Yield every point of a metric in parts, ordered by timestamp, step, value."""
    start = 0
    while True:
        answer = store.imports.read_points(ReadPoints(run_id, key, start, _POINTS_PAGE))
        yield answer.points
        start += len(answer.points.steps) // 8
        if start >= answer.total or not answer.points.steps:
            return


def read_registered_models(store: Store) -> Iterator[RegisteredModel]:
    """Yield every registered model."""
    request = SearchRegisteredModels()
    while True:
        page = store.registered_models.search(request)
        yield from page.registered_models
        if not page.next_page_token:
            return
        request = msgspec.structs.replace(request, page_token=page.next_page_token)


def read_versions(store: Store) -> Iterator[ModelVersion]:
    """Yield the versions of all registered models."""
    request = SearchModelVersions(max_results=_VERSIONS_PAGE)
    while True:
        page = store.model_versions.search(request)
        yield from page.model_versions
        if not page.next_page_token:
            return
        request = msgspec.structs.replace(request, page_token=page.next_page_token)
