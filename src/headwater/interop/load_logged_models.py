"""Put logged models into a store, after the runs that measured them, and read them back."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import msgspec

from headwater.interop.copying import Artifacts, Copier, FileFacts, find_files
from headwater.interop.report import ExperimentReport, Facts, Report, differences, restrict
from headwater.interop.source import Source
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import LifecycleStage
from headwater.protocol.imports import PutLoggedModel
from headwater.protocol.logged_models import GetLoggedModel, LoggedModel, LoggedModelData
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store

_METRICS_SENT = 20_000

_Point = tuple[str, int, int, str, str, str, str]
"""Key, step, time, value, dataset's name and digest, and run: all that tells points of a model apart."""


def count_logged_models(source: Source, found: ExperimentReport, report: Report, choice: Artifacts) -> None:
    """Count an experiment's logged models, as they would be imported."""
    for given in source.logged_models(found.source_id):
        info = given.model.info
        read = partial(source.model_artifacts, given)
        files = find_files(choice, info.artifact_uri, info.model_id, read, report.add_problem)
        found.source_models.add(_facts(given, given.model.data.metrics, {}))
        found.source_models.files += len(files or ())


def import_logged_models(source: Source, store: Store, report: Report, found: ExperimentReport, copier: Copier) -> None:
    """Bring an experiment's logged models into the store; what fails within one is reported."""
    runs = _KnownRuns(store)
    for given in source.logged_models(found.source_id):
        info, data = given.model.info, given.model.data
        root = f"{found.experiment_id}/models/{info.model_id}/artifacts"
        uri, files = copier.place(info.artifact_uri, info.model_id, root, partial(source.model_artifacts, given))
        here = msgspec.structs.replace(info, experiment_id=found.experiment_id, artifact_uri=uri, registrations=[])
        kept = [metric for metric in data.metrics if runs.has(metric.run_id)]
        if len(kept) < len(data.metrics):
            absent = len(data.metrics) - len(kept)
            report.add_problem(
                f"{absent} points of logged model '{info.model_id}' are left out: the runs that measured them are not "
                "here. Import their experiments too."
            )
        put = PutLoggedModel(LoggedModel(here, LoggedModelData(data.params, kept)), given.lifecycle_stage)
        try:
            _put(store, put)
        except (InvalidParameterValue, ResourceAlreadyExists) as error:
            report.add_problem(f"Logged model '{info.model_id}' is left out: {error.message}")
            continue
        told = _facts(put, kept, copier.copy(root, _owner(info.model_id), files))
        found.source_models.add(told)
        stored = _read_back(store, put, copier.read_back(root, told.files), told)
        found.store_models.add(stored)
        for difference in differences(told, stored):
            report.add_difference(difference)


class _KnownRuns:
    """Knows which runs the store has, having asked once for each."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, bool] = {}

    def has(self, run_id: str) -> bool:
        if run_id not in self._known:
            try:
                self._store.runs.get(GetRun(run_id=run_id))
                self._known[run_id] = True
            except (ResourceDoesNotExist, InvalidParameterValue):
                self._known[run_id] = False
        return self._known[run_id]


def _put(store: Store, put: PutLoggedModel) -> None:
    """Send the model, its points in pieces."""
    model = put.model
    for piece in _pieces(model.data.metrics):
        part = LoggedModel(model.info, LoggedModelData(model.data.params, piece))
        store.imports.put_logged_model(msgspec.structs.replace(put, model=part))


def _pieces(metrics: Sequence[Metric]) -> Iterator[list[Metric]]:
    """Yield the points in lists that a request may hold; at least one, which may be empty."""
    for start in range(0, max(len(metrics), 1), _METRICS_SENT):
        yield list(metrics[start : start + _METRICS_SENT])


def _read_back(store: Store, put: PutLoggedModel, files: FileFacts, told: Facts) -> Facts:
    """Return the facts as the store has them, without what only it has."""
    model_id = put.model.info.model_id
    model = store.logged_models.get(GetLoggedModel(model_id, allow_deleted=True)).model
    known = {_point(metric) for metric in put.model.data.metrics}
    kept = [metric for metric in model.data.metrics if _point(metric) in known]
    stored = PutLoggedModel(model, _find_stage(store, model_id))
    return restrict(_facts(stored, kept, files), told)


def _find_stage(store: Store, model_id: str) -> LifecycleStage:
    try:
        store.logged_models.get(GetLoggedModel(model_id))
    except ResourceDoesNotExist:
        return LifecycleStage.DELETED
    return LifecycleStage.ACTIVE


def _owner(model_id: str) -> str:
    return f"Logged model '{model_id}'"


def _facts(put: PutLoggedModel, metrics: Iterable[Metric], files: FileFacts) -> Facts:
    info, data = put.model.info, put.model.data
    points: dict[str, set[_Point]] = {}
    for metric in metrics:
        points.setdefault(metric.key, set()).add(_point(metric))
    return Facts(
        _owner(info.model_id),
        {
            "name": info.name,
            "type": info.model_type,
            "status": str(info.status),
            "source_run_id": info.source_run_id,
            "creation_time": info.creation_timestamp_ms,
            "last_update_time": info.last_updated_timestamp_ms,
            "lifecycle_stage": str(put.lifecycle_stage),
        },
        {param.key: param.value for param in data.params},
        {tag.key: tag.value for tag in info.tags},
        {},
        {key: (len(some), _digest(some)) for key, some in points.items()},
        files,
    )


def _point(metric: Metric) -> _Point:
    dataset = (metric.dataset_name, metric.dataset_digest)
    return (metric.key, metric.step, metric.timestamp, repr(metric.value), *dataset, metric.run_id)


def _digest(points: set[_Point]) -> str:
    return hashlib.blake2b(msgspec.json.encode(sorted(points)), digest_size=16).hexdigest()
