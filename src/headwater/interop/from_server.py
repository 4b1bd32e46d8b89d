"""Read an MLflow server over its REST protocol; another Headwater server answers it, too."""

import math
from collections.abc import Iterator
from functools import partial

import msgspec
import numpy as np

from headwater.interop.server_traces import tell_left_out
from headwater.interop.source import Problem, SourceFile
from headwater.protocol.artifacts import ListArtifacts, ListArtifactsResponse, check_path
from headwater.protocol.endpoint import Endpoint, Permission
from headwater.protocol.errors import EndpointNotFound, InvalidParameterValue
from headwater.protocol.experiments import SearchExperiments, ViewType
from headwater.protocol.imports import PutExperiment, PutLoggedModel, PutModel, PutRun, PutVersion
from headwater.protocol.logged_models import (
    ListLoggedModelArtifacts,
    ListLoggedModelArtifactsResponse,
    LoggedModel,
    LoggedModelData,
    SearchLoggedModels,
)
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.model_versions import ModelVersion, ModelVersionStatus, ModelVersionTag, SearchModelVersions
from headwater.protocol.registered_models import (
    RegisteredModel,
    RegisteredModelAlias,
    RegisteredModelTag,
    SearchRegisteredModels,
)
from headwater.protocol.runs import GetRun, Run, SearchRuns
from headwater.stores.rest import RestStore
from headwater.stores.sql.blocks import Points, sort_points
from headwater.stores.sql.mlflow_schema import MLFLOW_INFINITE

_EXPERIMENTS_PAGE = 1000
_RUNS_PAGE = 200
_POINTS_PAGE = 25_000
_VERSIONS_PAGE = 1000
_MODELS_PAGE = 50


class _Version(msgspec.Struct, frozen=True):
    """A model version as MLflow's servers send it: what was never set may be absent."""

    name: str
    version: str
    creation_timestamp: int = 0
    last_updated_timestamp: int = 0
    current_stage: str = "None"
    description: str | None = None
    source: str = ""
    run_id: str = ""
    status: ModelVersionStatus = ModelVersionStatus.READY
    status_message: str = ""
    tags: list[ModelVersionTag] = []
    run_link: str = ""
    model_id: str = ""


class _Model(msgspec.Struct, frozen=True):
    """A registered model as MLflow's servers send it, without its latest versions."""

    name: str
    creation_timestamp: int = 0
    last_updated_timestamp: int = 0
    description: str | None = None
    tags: list[RegisteredModelTag] = []
    aliases: list[RegisteredModelAlias] = []


class _Models(msgspec.Struct, frozen=True):
    registered_models: list[_Model] = []
    next_page_token: str = ""


class _Versions(msgspec.Struct, frozen=True):
    model_versions: list[_Version] = []
    next_page_token: str = ""


_SEARCH_MODELS = Endpoint(
    resource="registered_models",
    verb="search",
    methods=("GET",),
    path="registered-models/search",
    request=SearchRegisteredModels,
    response=_Models,
    permission=Permission.READ,
)
_SEARCH_VERSIONS = Endpoint(
    resource="model_versions",
    verb="search",
    methods=("GET",),
    path="model-versions/search",
    request=SearchModelVersions,
    response=_Versions,
    permission=Permission.READ,
)


class ServerSource:
    """The server at an address. Artifacts come through the server, wherever it keeps them."""

    def __init__(self, url: str, problem: Problem) -> None:
        self._store = RestStore(url)
        self._problem = problem
        self._keys: dict[str, list[str]] = {}

    @property
    def name(self) -> str:
        """Return the address without user and password."""
        return self._store.url

    def experiments(self) -> list[tuple[PutExperiment, int]]:
        """Return every experiment; how many runs it has is not known."""
        request = SearchExperiments(max_results=_EXPERIMENTS_PAGE, view_type=ViewType.ALL)
        found: list[tuple[PutExperiment, int]] = []
        while True:
            page = self._store.experiments.search(request)
            found += [
                (
                    PutExperiment(
                        experiment.name,
                        experiment.experiment_id,
                        experiment.artifact_location,
                        experiment.lifecycle_stage,
                        experiment.creation_time,
                        experiment.last_update_time,
                        experiment.tags,
                    ),
                    0,
                )
                for experiment in page.experiments
            ]
            if not page.next_page_token:
                return found
            request = msgspec.structs.replace(request, page_token=page.next_page_token)

    def runs(self, experiment_id: str) -> Iterator[PutRun]:
        """Yield the runs of an experiment, without their points."""
        request = SearchRuns(
            [experiment_id], run_view_type=ViewType.ALL, max_results=_RUNS_PAGE, order_by=["attributes.start_time ASC"]
        )
        while True:
            page = self._store.runs.search(request)
            self._keys = {run.info.run_id: [metric.key for metric in run.data.metrics] for run in page.runs}
            for run in page.runs:
                # MLflow's search leaves out which models a run read.
                yield _run(self._store.runs.get(GetRun(run_id=run.info.run_id)).run)
            if not page.next_page_token:
                return
            request = msgspec.structs.replace(request, page_token=page.next_page_token)

    def series(self, run: PutRun) -> Iterator[tuple[str, Points]]:
        """Yield the points of each metric."""
        for key in self._keys[run.run_id]:
            yield key, sort_points(_points(self._history(run.run_id, key)))

    def artifacts(self, run: PutRun) -> list[SourceFile] | None:
        """Return the run's files, which the server reads for us."""
        files = _RunFiles(self._store, run.run_id)
        return list(self._walk(f"run '{run.run_id}'", files, ""))

    def logged_models(self, experiment_id: str) -> Iterator[PutLoggedModel]:
        """Yield the logged models of an experiment, except deleted ones; none if the server does not know such."""
        request = SearchLoggedModels([experiment_id], max_results=_MODELS_PAGE)
        while True:
            try:
                page = self._store.logged_models.search(request)
            except EndpointNotFound:
                return
            yield from (PutLoggedModel(_exact(model)) for model in page.models)
            if not page.next_page_token:
                return
            request = msgspec.structs.replace(request, page_token=page.next_page_token)

    def model_artifacts(self, model: PutLoggedModel) -> list[SourceFile] | None:
        """Return the model's files, which the server reads for us."""
        model_id = model.model.info.model_id
        return list(self._walk(f"logged model '{model_id}'", _ModelFiles(self._store, model_id), ""))

    def models(self) -> Iterator[PutModel]:
        """Yield the registered models with their versions; prompts are not among them."""
        versions: dict[str, list[PutVersion]] = {}
        search = SearchModelVersions(max_results=_VERSIONS_PAGE)
        while True:
            found = self._store.send(_SEARCH_VERSIONS, search)
            for version in found.model_versions:
                given = {name: getattr(version, name) for name in version.__struct_fields__}
                versions.setdefault(version.name, []).append(PutVersion(ModelVersion(**given)))
            if not found.next_page_token:
                break
            search = msgspec.structs.replace(search, page_token=found.next_page_token)
        request = SearchRegisteredModels()
        while True:
            page = self._store.send(_SEARCH_MODELS, request)
            for model in page.registered_models:
                told = {name: getattr(model, name) for name in model.__struct_fields__}
                yield PutModel(RegisteredModel(**told), versions.get(model.name, []))
            if not page.next_page_token:
                return
            request = msgspec.structs.replace(request, page_token=page.next_page_token)

    def left_out(self) -> list[str]:
        """Say how many traces there are, and that there may be more."""
        return tell_left_out(self._store, [experiment.experiment_id for experiment, _ in self.experiments()])

    def close(self) -> None:
        """Close every connection."""
        self._store.close()

    def _history(self, run_id: str, key: str) -> list[Metric]:
        request = GetHistory(key, run_id, max_results=_POINTS_PAGE)
        points: list[Metric] = []
        while True:
            page = self._store.metrics.get_history(request)
            points += page.metrics
            if not page.next_page_token:
                return points
            request = msgspec.structs.replace(request, page_token=page.next_page_token)

    def _walk(self, owner: str, files: "_RunFiles | _ModelFiles", folder: str) -> Iterator[SourceFile]:
        token = ""
        while True:
            page = files.list(folder, token)
            for file in page.files:
                if file.is_dir:
                    yield from self._walk(owner, files, file.path)
                    continue
                try:
                    yield SourceFile(file.path, partial(files.read, check_path(file.path)), is_local=False)
                except InvalidParameterValue as error:
                    self._problem(f"An artifact of {owner} is left out: {error.message}")
            if not page.next_page_token:
                return
            token = page.next_page_token


class _RunFiles:
    """The artifacts of a run, through the server."""

    def __init__(self, store: RestStore, run_id: str) -> None:
        self._store = store
        self._run_id = run_id

    def list(self, folder: str, token: str) -> ListArtifactsResponse:
        return self._store.artifacts.list(ListArtifacts(run_id=self._run_id, path=folder, page_token=token))

    def read(self, path: str) -> Iterator[bytes]:
        return self._store.blobs.read_artifact(self._run_id, path)


class _ModelFiles:
    """The artifacts of a logged model, through the server."""

    def __init__(self, store: RestStore, model_id: str) -> None:
        self._store = store
        self._model_id = model_id

    def list(self, folder: str, token: str) -> ListLoggedModelArtifactsResponse:
        return self._store.logged_models.list_artifacts(ListLoggedModelArtifacts(self._model_id, folder, token))

    def read(self, path: str) -> Iterator[bytes]:
        return self._store.blobs.read_model_artifact(self._model_id, path)


def _run(run: Run) -> PutRun:
    info = run.info
    return PutRun(
        run_id=info.run_id,
        experiment_id=info.experiment_id,
        run_name=info.run_name,
        user_id=info.user_id,
        status=info.status,
        start_time=info.start_time,
        end_time=info.end_time,
        artifact_uri=info.artifact_uri,
        lifecycle_stage=info.lifecycle_stage,
        params=run.data.params,
        tags=run.data.tags,
        inputs=run.inputs,
        outputs=run.outputs,
    )


def _points(points: list[Metric]) -> Points:
    values = np.array([point.value for point in points], np.float64)
    values[values == MLFLOW_INFINITE] = np.inf
    values[values == -MLFLOW_INFINITE] = -np.inf
    steps = np.array([point.step for point in points], np.int64)
    return Points(steps, np.array([point.timestamp for point in points], np.int64), values)


def _exact(model: LoggedModel) -> LoggedModel:
    """Return the model with infinite values where the server sent what stands for them."""
    metrics = [
        msgspec.structs.replace(metric, value=math.copysign(math.inf, metric.value))
        if abs(metric.value) == MLFLOW_INFINITE
        else metric
        for metric in model.data.metrics
    ]
    return LoggedModel(model.info, LoggedModelData(model.data.params, metrics))
