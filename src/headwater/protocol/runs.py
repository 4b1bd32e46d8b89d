"""Runs: what was tried, with its params, latest metrics and tags, and the verbs that write them."""

import enum
from collections import Counter

import msgspec

from headwater.protocol.endpoint import Empty, Endpoint, Permission
from headwater.protocol.entity import Entity, find_member
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import LifecycleStage, ViewType
from headwater.protocol.inputs import (
    MAX_DATASET_NAME,
    MAX_DIGEST,
    RunInputs,
    RunOutputs,
)
from headwater.protocol.metrics import Metric
from headwater.protocol.names import (
    MAX_INT64,
    MAX_ITEMS_PER_BATCH,
    MAX_METRICS_PER_BATCH,
    MAX_PARAMS_PER_BATCH,
    MAX_TAGS_PER_BATCH,
    RUN_NAME_TAG,
    check_experiment_id,
    check_first_tag,
    check_key,
    check_keys,
    check_length,
    check_max_results,
    check_model_id,
    check_no_nul,
    check_run_id,
    check_step,
    check_timestamp,
    require,
)
from headwater.protocol.paging import decode_page_token
from headwater.protocol.run_attributes import RunAttributes


class RunStatus(enum.StrEnum):
    """What a run is doing; also accepted as the numbers 1 to 5."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"

    def is_terminated(self) -> bool:
        """Return whether the run has ended."""
        return self in {RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED}

    @staticmethod
    def from_string(status: str) -> "RunStatus":
        """Return the status with this name."""
        return find_member(RunStatus, status)

    @staticmethod
    def to_string(status: "RunStatus | str | int") -> str:
        """Return the name of a status, which may be given as a number."""
        return find_member(RunStatus, status).value

    @staticmethod
    def all_status() -> "list[RunStatus]":
        """Return every status."""
        return list(RunStatus)


class Param(Entity, msgspec.Struct, frozen=True, gc=False):
    """One parameter; values are text."""

    key: str
    value: str = ""


class RunTag(Entity, msgspec.Struct, frozen=True, gc=False):
    """One tag of a run."""

    key: str
    value: str = ""


class RunInfo(RunAttributes, msgspec.Struct, frozen=True, omit_defaults=True):
    """Who, when, where and in which state; `run_uuid` always equals `run_id`, times are milliseconds since 1970."""

    run_uuid: str
    experiment_id: str
    run_name: str
    user_id: str
    status: RunStatus
    start_time: int
    artifact_uri: str
    lifecycle_stage: LifecycleStage
    run_id: str
    end_time: int | None = None


class RunData(msgspec.Struct, frozen=True, omit_defaults=True):
    """The latest point of each metric, the params, the tags, and the latest point of each metric in a context."""

    metrics: list[Metric] = []
    params: list[Param] = []
    tags: list[RunTag] = []
    contexts: list[Metric] = []


class Run(msgspec.Struct, frozen=True):
    """A run as it is on the wire."""

    info: RunInfo
    data: RunData
    inputs: RunInputs = RunInputs()
    outputs: RunOutputs = RunOutputs()


class _OneRun(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    run_id: str = ""
    run_uuid: str = ""

    @property
    def run(self) -> str:
        """Return the run's id, whichever way it was spelled."""
        return self.run_id or self.run_uuid

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named."""
        check_run_id(self.run)


class CreateRun(msgspec.Struct, frozen=True, omit_defaults=True):
    """Create a run that is RUNNING; an absent name is made up, an absent `run_id` too (only our client gives one)."""

    experiment_id: str = ""
    user_id: str = ""
    run_name: str = ""
    start_time: int = 0
    tags: list[RunTag] = []
    run_id: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless experiment, time, name and tags are allowed."""
        check_experiment_id(self.experiment_id)
        check_timestamp("start_time", self.start_time)
        for label, text in (("run_name", self.run_name), ("user_id", self.user_id)):
            check_no_nul(label, text)
        if self.run_id:
            check_run_id(self.run_id)
        for index, tag in enumerate(self.tags):
            check_first_tag(f"tags[{index}].key", tag.key)
        _check_tag_values(self.tags)
        repeated = [key for key, count in Counter(tag.key for tag in self.tags).items() if count > 1]
        if repeated:
            raise InvalidParameterValue(f"Duplicate tag keys have been submitted: {repeated}. Give each key once.")
        named = next((tag.value for tag in self.tags if tag.key == RUN_NAME_TAG), "")
        if named and self.run_name and named != self.run_name:
            raise InvalidParameterValue(
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                f"(run_name='{self.run_name}', mlflow.runName='{named}')."
            )


class RunResponse(msgspec.Struct, frozen=True):
    """The run created or asked for."""

    run: Run


class GetRun(_OneRun, frozen=True):
    """Get a run, deleted or not."""


class UpdateRun(_OneRun, frozen=True, kw_only=True):
    """Change status, end time or name; what is absent stays."""

    status: RunStatus | None = None
    end_time: int | None = None
    run_name: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named and the values are allowed."""
        check_run_id(self.run)
        check_no_nul("run_name", self.run_name)
        if self.end_time is not None:
            check_timestamp("end_time", self.end_time)


class UpdateRunResponse(msgspec.Struct, frozen=True):
    """The run's info after the update."""

    run_info: RunInfo


class DeleteRun(msgspec.Struct, frozen=True):
    """Move a run to the trash."""

    run_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named."""
        check_run_id(self.run_id)


class RestoreRun(DeleteRun, frozen=True):
    """Take a run out of the trash."""


class SearchRuns(msgspec.Struct, frozen=True, omit_defaults=True):
    """Search runs by the grammar of `headwater.protocol.filters`."""

    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: ViewType = ViewType.ACTIVE_ONLY
    max_results: int = 1000
    order_by: list[str] = []
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids, the page and its size are allowed."""
        for experiment_id in self.experiment_ids:
            check_experiment_id(experiment_id)
        check_max_results(self.max_results)
        decode_page_token(self.page_token)


class SearchRunsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of runs."""

    runs: list[Run] = []
    next_page_token: str = ""


class SetTag(_OneRun, frozen=True, kw_only=True):
    """Set or replace one tag; values longer than 8,000 characters are cut."""

    key: str
    value: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, key and value are allowed."""
        check_run_id(self.run)
        check_key("key", self.key)
        check_no_nul("value", self.value)


class DeleteTag(_OneRun, frozen=True, kw_only=True):
    """Remove one tag."""

    key: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run and the key are given."""
        check_run_id(self.run)
        require("key", self.key)


class LogParam(_OneRun, frozen=True, kw_only=True):
    """Log one param; repeating it with the same value is allowed, changing it is not."""

    key: str
    value: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, key and value are allowed."""
        check_run_id(self.run)
        check_key("key", self.key, "Param key")
        check_no_nul("value", self.value)


class LogMetric(_OneRun, frozen=True, kw_only=True):
    """Log one point, with a `model_id` also of that logged model, as measured on the dataset that is named."""

    key: str
    value: float
    timestamp: int
    step: int = 0
    model_id: str = ""
    dataset_name: str = ""
    dataset_digest: str = ""

    @property
    def point(self) -> Metric:
        """Return the point."""
        names = (self.dataset_name, self.dataset_digest, self.model_id)
        return Metric(self.key, self.value, self.timestamp, self.step, *names)

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, key, timestamp, step, model and dataset are allowed."""
        check_run_id(self.run)
        check_key("key", self.key, "Metric name")
        check_timestamp("timestamp", self.timestamp)
        check_step("step", self.step)
        if self.model_id:
            check_model_metric(self.point)


class LogBatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """Log up to 1,000 metrics, 100 params and 100 tags in one transaction."""

    run_id: str = ""
    metrics: list[Metric] = []
    params: list[Param] = []
    tags: list[RunTag] = []

    @property
    def model_metrics(self) -> list[Metric]:
        """Return the points that were measured of a logged model."""
        return [metric for metric in self.metrics if metric.model_id]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless sizes, keys, times and steps are allowed."""
        check_run_id(self.run_id)
        _check_batch_size("metrics", len(self.metrics), MAX_METRICS_PER_BATCH)
        _check_batch_size("params", len(self.params), MAX_PARAMS_PER_BATCH)
        _check_batch_size("tags", len(self.tags), MAX_TAGS_PER_BATCH)
        total = len(self.metrics) + len(self.params) + len(self.tags)
        _check_batch_size("metrics, params, and tags", total, MAX_ITEMS_PER_BATCH)
        check_keys("metrics", "name", (metric.key for metric in self.metrics), "Metric name")
        times = [metric.timestamp for metric in self.metrics]
        steps = [metric.step for metric in self.metrics]
        if self.metrics and (
            min(times) < 0 or max(times) > MAX_INT64 or min(steps) < -MAX_INT64 - 1 or max(steps) > MAX_INT64
        ):
            for index, metric in enumerate(self.metrics):
                check_timestamp(f"metrics[{index}].timestamp", metric.timestamp)
                check_step(f"metrics[{index}].step", metric.step)
        for metric in self.model_metrics:
            check_model_metric(metric)
        check_params(self.params)
        check_keys("tags", "key", (tag.key for tag in self.tags), "key")
        _check_tag_values(self.tags)


def check_model_metric(metric: Metric) -> None:
    """Raise `InvalidParameterValue` unless the model and dataset that a point names are allowed."""
    check_model_id(metric.model_id)
    check_length("dataset_name", metric.dataset_name, MAX_DATASET_NAME)
    check_length("dataset_digest", metric.dataset_digest, MAX_DIGEST)
    check_no_nul("dataset_name", metric.dataset_name)
    check_no_nul("dataset_digest", metric.dataset_digest)


def check_params(params: list[Param]) -> None:
    """Raise `InvalidParameterValue` unless every key and value is allowed and no key is repeated."""
    check_keys("params", "key", (param.key for param in params), "Param key")
    for index, param in enumerate(params):
        check_no_nul(f"params[{index}].value", param.value)
    repeated = [key for key, count in Counter(param.key for param in params).items() if count > 1]
    if repeated:
        raise InvalidParameterValue(
            f"Duplicate parameter keys have been submitted: {repeated}. "
            "Please ensure the request contains only one param value per param key."
        )


def _check_tag_values(tags: list[RunTag]) -> None:
    for index, tag in enumerate(tags):
        check_no_nul(f"tags[{index}].value", tag.value)


def _check_batch_size(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise InvalidParameterValue(
            f"A batch logging request can contain at most {limit} {what}. Got {count} {what}. "
            f"Please split up {what} across multiple requests and try again."
        )


CREATE = Endpoint(
    resource="runs",
    verb="create",
    methods=("POST",),
    path="runs/create",
    request=CreateRun,
    response=RunResponse,
    permission=Permission.EDIT,
)
GET = Endpoint(
    resource="runs",
    verb="get",
    methods=("GET",),
    path="runs/get",
    request=GetRun,
    response=RunResponse,
    permission=Permission.READ,
)
UPDATE = Endpoint(
    resource="runs",
    verb="update",
    methods=("POST",),
    path="runs/update",
    request=UpdateRun,
    response=UpdateRunResponse,
    permission=Permission.EDIT,
)
DELETE = Endpoint(
    resource="runs",
    verb="delete",
    methods=("POST",),
    path="runs/delete",
    request=DeleteRun,
    response=Empty,
    permission=Permission.EDIT,
)
RESTORE = Endpoint(
    resource="runs",
    verb="restore",
    methods=("POST",),
    path="runs/restore",
    request=RestoreRun,
    response=Empty,
    permission=Permission.EDIT,
)
SEARCH = Endpoint(
    resource="runs",
    verb="search",
    methods=("POST",),
    path="runs/search",
    request=SearchRuns,
    response=SearchRunsResponse,
    permission=Permission.READ,
)
SET_TAG = Endpoint(
    resource="runs",
    verb="set_tag",
    methods=("POST",),
    path="runs/set-tag",
    request=SetTag,
    response=Empty,
    permission=Permission.EDIT,
)
DELETE_TAG = Endpoint(
    resource="runs",
    verb="delete_tag",
    methods=("POST",),
    path="runs/delete-tag",
    request=DeleteTag,
    response=Empty,
    permission=Permission.EDIT,
)
LOG_PARAM = Endpoint(
    resource="runs",
    verb="log_param",
    methods=("POST",),
    path="runs/log-parameter",
    request=LogParam,
    response=Empty,
    permission=Permission.EDIT,
)
LOG_METRIC = Endpoint(
    resource="runs",
    verb="log_metric",
    methods=("POST",),
    path="runs/log-metric",
    request=LogMetric,
    response=Empty,
    permission=Permission.EDIT,
)
LOG_BATCH = Endpoint(
    resource="runs",
    verb="log_batch",
    methods=("POST",),
    path="runs/log-batch",
    request=LogBatch,
    response=Empty,
    permission=Permission.EDIT,
)
ENDPOINTS = (
    CREATE,
    GET,
    UPDATE,
    DELETE,
    RESTORE,
    SEARCH,
    SET_TAG,
    DELETE_TAG,
    LOG_PARAM,
    LOG_METRIC,
    LOG_BATCH,
)
