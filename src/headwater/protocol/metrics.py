"""Metrics: one point, and the verbs that read the history of a key."""

import msgspec

from headwater.protocol.endpoint import MLFLOW_AJAX_BASE, Endpoint, Permission
from headwater.protocol.entity import Entity
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import MAX_INT64, check_max_results, check_run_id, missing, require
from headwater.protocol.paging import decode_page_token

MAX_BULK_RUNS = 100
MAX_BULK_RESULTS = 25000
MAX_INTERVAL_RESULTS = 2500


class Metric(Entity, msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One point: `value` is any double, `timestamp` milliseconds since 1970, `step` any signed 64-bit integer.

    A point that was measured of a logged model names the model, and the dataset it was measured on; a model's points
    also name their run.
    """

    key: str
    value: float
    timestamp: int
    step: int = msgspec.field(default_factory=int)  # which is never left out, unlike a default of 0
    dataset_name: str = ""
    dataset_digest: str = ""
    model_id: str = ""
    run_id: str = ""


class MetricWithRunId(msgspec.Struct, frozen=True, gc=False):
    """One point of one of many runs; the fields stand in the order in which the reference writes them."""

    key: str
    run_id: str
    step: int
    timestamp: int
    value: float


class GetHistory(msgspec.Struct, frozen=True, omit_defaults=True):
    """Get every point of a key in a run, ordered by timestamp, step, value; `max_results` 0 means all."""

    metric_key: str
    run_id: str = ""
    run_uuid: str = ""
    max_results: int | None = None
    page_token: str = ""

    @property
    def run(self) -> str:
        """Return the run's id, whichever way it was spelled."""
        return self.run_id or self.run_uuid

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, key and page are given properly."""
        check_run_id(self.run)
        require("metric_key", self.metric_key)
        if self.max_results is not None:
            check_max_results(self.max_results, MAX_INT64)
        decode_page_token(self.page_token)


class GetHistoryResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of points."""

    metrics: list[Metric] = []
    next_page_token: str = ""


class GetHistoryBulk(msgspec.Struct, frozen=True, omit_defaults=True):
    """Get the points of a key in up to 100 runs; `run_id` is repeated in the query string."""

    metric_key: str
    run_id: list[str] = []
    max_results: int = MAX_BULK_RESULTS

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless 1…100 runs and a key are given."""
        require("metric_key", self.metric_key)
        if not self.run_id:
            raise InvalidParameterValue("GetMetricHistoryBulk request must specify at least one run_id.")
        if len(self.run_id) > MAX_BULK_RUNS:
            raise InvalidParameterValue(
                f"GetMetricHistoryBulk request cannot specify more than {MAX_BULK_RUNS} run_ids. "
                f"Received {len(self.run_id)} run_ids."
            )
        check_max_results(self.max_results, MAX_BULK_RESULTS)


class GetHistoryBulkResponse(msgspec.Struct, frozen=True):
    """Points ordered by run id, then timestamp, step, value; unknown runs contribute nothing."""

    metrics: list[MetricWithRunId]


class GetHistoryInterval(msgspec.Struct, frozen=True, omit_defaults=True):
    """Get a sample of at most `max_results` points for each of up to 100 runs, the last point always included."""

    metric_key: str
    run_ids: list[str] = []
    start_step: int | None = None
    end_step: int | None = None
    max_results: int = MAX_INTERVAL_RESULTS

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless runs, key and the interval are given properly."""
        require("metric_key", self.metric_key)
        if not self.run_ids:
            raise missing("run_ids")
        if len(self.run_ids) > MAX_BULK_RUNS:
            raise InvalidParameterValue(
                f"GetMetricHistoryBulkInterval request must specify at most {MAX_BULK_RUNS} run_ids. "
                f"Received {len(self.run_ids)} run_ids. Please reduce the number of run_ids and try again."
            )
        if not 1 <= self.max_results <= MAX_INTERVAL_RESULTS:
            raise InvalidParameterValue(
                f"max_results must be between 1 and {MAX_INTERVAL_RESULTS}. Got '{self.max_results}'."
            )
        if (self.start_step is None) != (self.end_step is None):
            raise InvalidParameterValue("If either start step or end step are specified, both must be specified.")
        if self.start_step is not None and self.end_step is not None and self.end_step < self.start_step:
            raise InvalidParameterValue(
                "end_step must be greater than start_step. "
                f"Found start_step={self.start_step} and end_step={self.end_step}."
            )


class GetHistoryIntervalResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sampled points in the order of the request's runs, then by step."""

    metrics: list[MetricWithRunId] = []


GET_HISTORY = Endpoint(
    resource="metrics",
    verb="get_history",
    methods=("GET",),
    path="metrics/get-history",
    request=GetHistory,
    response=GetHistoryResponse,
    permission=Permission.READ,
)
GET_HISTORY_BULK = Endpoint(
    resource="metrics",
    verb="get_history_bulk",
    methods=("GET",),
    path="metrics/get-history-bulk",
    request=GetHistoryBulk,
    response=GetHistoryBulkResponse,
    permission=Permission.READ,
    bases=MLFLOW_AJAX_BASE,
)
GET_HISTORY_INTERVAL = Endpoint(
    resource="metrics",
    verb="get_history_interval",
    methods=("GET",),
    path="metrics/get-history-bulk-interval",
    request=GetHistoryInterval,
    response=GetHistoryIntervalResponse,
    permission=Permission.READ,
)

ENDPOINTS = (GET_HISTORY, GET_HISTORY_BULK, GET_HISTORY_INTERVAL)
