"""Logged models: what a run trained or a person brought, with params, tags, and metrics by dataset."""

import enum
from collections.abc import Sequence

import msgspec

from headwater.protocol.artifacts import FileInfo, check_path
from headwater.protocol.endpoint import Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.metrics import Metric
from headwater.protocol.names import (
    MAX_EXPERIMENT_NAME,
    MAX_KEY,
    check_experiment_id,
    check_length,
    check_max_results,
    check_model_id,
    check_no_nul,
    check_run_id,
    missing,
    require,
)

MODEL_VERSIONS_TAG = "mlflow.modelVersions"
"""The tag whose JSON says as which versions of which registered models a model is registered."""

_BAD_IN_NAMES = ("/", ":", ".", "%", '"', "'")
_DEFAULT_RESULTS = 50


class LoggedModelStatus(enum.StrEnum):
    """Whether a model's files are complete; also accepted as the numbers 1 to 3."""

    PENDING = "LOGGED_MODEL_PENDING"
    READY = "LOGGED_MODEL_READY"
    FAILED = "LOGGED_MODEL_UPLOAD_FAILED"


class LoggedModelParam(msgspec.Struct, frozen=True, gc=False):
    """One param of a model."""

    key: str
    value: str = ""


class LoggedModelTag(msgspec.Struct, frozen=True, gc=False):
    """One tag of a model."""

    key: str
    value: str = ""


class Registration(msgspec.Struct, frozen=True):
    """A version of a registered model that is this model."""

    name: str
    version: str


class LoggedModelInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a model is and where it came from; times are milliseconds since 1970."""

    model_id: str
    experiment_id: str
    name: str
    creation_timestamp_ms: int
    last_updated_timestamp_ms: int
    artifact_uri: str
    status: LoggedModelStatus
    model_type: str = ""
    source_run_id: str = ""
    tags: list[LoggedModelTag] = []
    registrations: list[Registration] = []


class LoggedModelData(msgspec.Struct, frozen=True, omit_defaults=True):
    """The params, and every point that was measured of the model, by key, step and time."""

    params: list[LoggedModelParam] = []
    metrics: list[Metric] = []


class LoggedModel(msgspec.Struct, frozen=True):
    """A model as it is on the wire."""

    info: LoggedModelInfo
    data: LoggedModelData


class LoggedModelResponse(msgspec.Struct, frozen=True):
    """The model created, changed or asked for."""

    model: LoggedModel


class CreateLoggedModel(msgspec.Struct, frozen=True, omit_defaults=True):
    """Create a model that is pending; an absent name is made up, and names need not be unique."""

    experiment_id: str
    name: str = ""
    model_type: str = ""
    source_run_id: str = ""
    params: list[LoggedModelParam] = []
    tags: list[LoggedModelTag] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless experiment, name, run, params and tags are allowed."""
        check_experiment_id(self.experiment_id)
        check_model_name(self.name)
        check_no_nul("model_type", self.model_type)
        if self.source_run_id:
            check_run_id(self.source_run_id)
        check_pairs("params", self.params)
        check_pairs("tags", self.tags)


class _OneModel(msgspec.Struct, frozen=True, omit_defaults=True):
    model_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model is named."""
        check_model_id(self.model_id)


class GetLoggedModel(_OneModel, frozen=True):
    """Get a model, a deleted one only if `allow_deleted` says so."""

    allow_deleted: bool = False


class FinalizeLoggedModel(_OneModel, frozen=True, kw_only=True):
    """Say that a model's files are complete, or that they never will be; may be repeated."""

    status: LoggedModelStatus


class DeleteLoggedModel(_OneModel, frozen=True):
    """Move a model to the trash; repeating it changes nothing."""


class SetLoggedModelTags(_OneModel, frozen=True):
    """Set or replace tags."""

    tags: list[LoggedModelTag] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model is named and every tag is allowed."""
        check_model_id(self.model_id)
        check_pairs("tags", self.tags)


class DeleteLoggedModelTag(_OneModel, frozen=True, kw_only=True):
    """Remove one tag."""

    tag_key: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model and the tag are named."""
        check_model_id(self.model_id)
        require("tag_key", self.tag_key)


class LogLoggedModelParams(_OneModel, frozen=True):
    """Log params; repeating one with the same value is allowed, changing it is not."""

    params: list[LoggedModelParam] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model is named and every param is allowed."""
        check_model_id(self.model_id)
        check_pairs("params", self.params)


class DatasetFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dataset whose measurements count; without a digest every version of it."""

    dataset_name: str = ""
    dataset_digest: str = ""


class ModelOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """One key to order models by: an attribute, or `metrics.<key>`, of which the latest value on a dataset counts."""

    field_name: str = ""
    ascending: bool = True
    dataset_name: str = ""
    dataset_digest: str = ""


class SearchLoggedModels(msgspec.Struct, frozen=True, omit_defaults=True):
    """Search models by the grammar of `headwater.protocol.filters`; `datasets` limits which metrics count."""

    experiment_ids: list[str] = []
    filter: str = ""
    datasets: list[DatasetFilter] = []
    order_by: list[ModelOrder] = []
    max_results: int = _DEFAULT_RESULTS
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless experiments, datasets and the page's size are allowed."""
        if not self.experiment_ids:
            raise missing("experiment_ids")
        for experiment_id in self.experiment_ids:
            check_experiment_id(experiment_id)
        check_max_results(self.max_results)
        if not all(dataset.dataset_name for dataset in self.datasets):
            raise InvalidParameterValue("`dataset_name` in the `datasets` clause must be specified.")
        if any(order.dataset_digest and not order.dataset_name for order in self.order_by):
            raise InvalidParameterValue("`dataset_name` in the `order_by` clause must be specified with its digest.")
        for dataset in self.datasets:
            _check_dataset(dataset.dataset_name, dataset.dataset_digest)
        for order in self.order_by:
            _check_dataset(order.dataset_name, order.dataset_digest)


class SearchLoggedModelsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of models."""

    models: list[LoggedModel] = []
    next_page_token: str = ""


class ListLoggedModelArtifacts(_OneModel, frozen=True):
    """List one folder of a model's artifacts, not recursively; paths are relative to the model's root."""

    artifact_directory_path: str = ""
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model is named and the path stays inside."""
        check_model_id(self.model_id)
        if self.artifact_directory_path:
            check_path(self.artifact_directory_path)


class ListLoggedModelArtifactsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """The folder's entries, sorted by path."""

    root_uri: str
    files: list[FileInfo] = []
    next_page_token: str = ""


class RecordModel(msgspec.Struct, frozen=True):
    """Note in a tag of a run which of its artifacts is a model, as clients before MLflow 3 do."""

    run_id: str
    model_json: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named and the model is given."""
        check_run_id(self.run_id)
        require("model_json", self.model_json)
        check_no_nul("model_json", self.model_json)


def _check_dataset(name: str, digest: str) -> None:
    check_no_nul("dataset_name", name)
    check_no_nul("dataset_digest", digest)


def check_model_name(name: str) -> None:
    """Raise `InvalidParameterValue` unless `name` is empty, so that one is made up, or may name a model."""
    check_length("name", name, MAX_EXPERIMENT_NAME)
    check_no_nul("name", name)
    if any(character in name for character in _BAD_IN_NAMES):
        raise InvalidParameterValue(
            f"Invalid model name ('{name}') provided. Model name must be a non-empty string and cannot contain the "
            f"following characters: {_BAD_IN_NAMES}"
        )


def check_pairs(kind: str, pairs: Sequence[LoggedModelParam | LoggedModelTag]) -> None:
    """Raise `InvalidParameterValue` unless every key is there, short enough and, like the values, valid text."""
    for index, pair in enumerate(pairs):
        check_length("key", require(f"{kind}[{index}].key", pair.key), MAX_KEY)
        check_no_nul(f"{kind}[{index}].key", pair.key)
        check_no_nul(f"{kind}[{index}].value", pair.value)


CREATE = Endpoint(
    resource="logged_models",
    verb="create",
    methods=("POST",),
    path="logged-models",
    request=CreateLoggedModel,
    response=LoggedModelResponse,
    permission=Permission.EDIT,
)
SEARCH = Endpoint(
    resource="logged_models",
    verb="search",
    methods=("POST",),
    path="logged-models/search",
    request=SearchLoggedModels,
    response=SearchLoggedModelsResponse,
    permission=Permission.READ,
)
GET = Endpoint(
    resource="logged_models",
    verb="get",
    methods=("GET",),
    path="logged-models/{model_id}",
    request=GetLoggedModel,
    response=LoggedModelResponse,
    permission=Permission.READ,
)
FINALIZE = Endpoint(
    resource="logged_models",
    verb="finalize",
    methods=("PATCH",),
    path="logged-models/{model_id}",
    request=FinalizeLoggedModel,
    response=LoggedModelResponse,
    permission=Permission.EDIT,
)
DELETE = Endpoint(
    resource="logged_models",
    verb="delete",
    methods=("DELETE",),
    path="logged-models/{model_id}",
    request=DeleteLoggedModel,
    response=Empty,
    permission=Permission.EDIT,
)
SET_TAGS = Endpoint(
    resource="logged_models",
    verb="set_tags",
    methods=("PATCH",),
    path="logged-models/{model_id}/tags",
    request=SetLoggedModelTags,
    response=LoggedModelResponse,
    permission=Permission.EDIT,
)
DELETE_TAG = Endpoint(
    resource="logged_models",
    verb="delete_tag",
    methods=("DELETE",),
    path="logged-models/{model_id}/tags/{tag_key:path}",
    request=DeleteLoggedModelTag,
    response=Empty,
    permission=Permission.EDIT,
)
LOG_PARAMS = Endpoint(
    resource="logged_models",
    verb="log_params",
    methods=("POST",),
    path="logged-models/{model_id}/params",
    request=LogLoggedModelParams,
    response=Empty,
    permission=Permission.EDIT,
)
LIST_ARTIFACTS = Endpoint(
    resource="logged_models",
    verb="list_artifacts",
    methods=("GET",),
    path="logged-models/{model_id}/artifacts/directories",
    request=ListLoggedModelArtifacts,
    response=ListLoggedModelArtifactsResponse,
    permission=Permission.READ,
)
RECORD = Endpoint(
    resource="logged_models",
    verb="record",
    methods=("POST",),
    path="runs/log-model",
    request=RecordModel,
    response=Empty,
    permission=Permission.EDIT,
)

ENDPOINTS = (
    CREATE,
    SEARCH,
    GET,
    FINALIZE,
    DELETE,
    SET_TAGS,
    DELETE_TAG,
    LOG_PARAMS,
    LIST_ARTIFACTS,
    RECORD,
)
