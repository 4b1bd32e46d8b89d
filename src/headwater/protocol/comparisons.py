"""Comparisons: many runs of any experiments beside each other, for the web UI's charts and its page of comparison."""

import msgspec

from headwater.protocol.columns import MAX_COLUMNS, QueryRunsResponse
from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_run_id, require

MAX_COMPARED_RUNS = 5000
MAX_COMPARED_FILES = 20_000
MAX_TEXT_BYTES = 100_000
MAX_TEXTS_BYTES = 1_000_000
LEAST_RUNS = 10
"""With fewer runs, nothing is said about the importance of params."""


class CompareRuns(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read runs of any experiments side by side.

    `columns` are those of `QueryRuns`; none stands for all params, metrics and tags, status and times. With `details`
    the answer has the datasets and the captured code files, too.
    """

    run_ids: list[str]
    columns: list[str] = []
    details: bool = True

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the runs and columns are allowed."""
        _check_run_ids(self.run_ids)
        if len(self.columns) > MAX_COLUMNS:
            raise InvalidParameterValue(f"At most {MAX_COLUMNS} columns can be read at once; got {len(self.columns)}.")


class ComparedExperiment(msgspec.Struct, frozen=True):
    """An experiment that some of the runs belong to."""

    experiment_id: str
    name: str


class ComparedDataset(msgspec.Struct, frozen=True):
    """A dataset that a run read."""

    run_id: str
    name: str
    digest: str
    context: str


class ComparedFile(msgspec.Struct, frozen=True):
    """A file among the artifacts of a run; equal digests are equal bytes."""

    run_id: str
    path: str
    digest: str
    size: int


class ComparedText(msgspec.Struct, frozen=True):
    """What is in a file."""

    digest: str
    text: str


class CompareRunsResponse(msgspec.Struct, frozen=True):
    """The runs in the order asked for, deleted ones among them; `missing` are the ids of no run.

    `files` are those below `code/`, where captured sources, changes and requirements are; `texts` has what is in the
    changes and requirements, as far as they are shorter than `MAX_TEXT_BYTES`, and `MAX_TEXTS_BYTES` together.
    """

    table: QueryRunsResponse
    experiments: list[ComparedExperiment]
    datasets: list[ComparedDataset]
    files: list[ComparedFile]
    texts: list[ComparedText]
    missing: list[str]


class FindFiles(msgspec.Struct, frozen=True, omit_defaults=True):
    """List the artifact files of many runs, all or those below the folder `path`."""

    run_ids: list[str]
    path: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the runs are allowed."""
        _check_run_ids(self.run_ids)


class FindFilesResponse(msgspec.Struct, frozen=True):
    """The files by run and path, at most `MAX_COMPARED_FILES`, with `total` of them; runs whose files lie elsewhere."""

    files: list[ComparedFile]
    total: int
    elsewhere: list[str]


class MeasureImportance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Measure how much each of `params` has to do with a metric (its last value) over some runs; no params: all."""

    run_ids: list[str]
    metric: str
    params: list[str] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the runs and the metric are allowed."""
        _check_run_ids(self.run_ids)
        require("metric", self.metric)


class ParamImportance(msgspec.Struct, frozen=True):
    """What a param has to do with the metric.

    `correlation` is Spearman's rank correlation, None for texts. `importance` is how much worse a forest guesses runs
    it has not seen when the param is shuffled, as a share of all params, and `deviation` its standard deviation; both
    None without a forest.
    """

    name: str
    runs: int
    is_number: bool
    correlation: float | None
    importance: float | None
    deviation: float | None


class MeasureImportanceResponse(msgspec.Struct, frozen=True):
    """The params, the most important first.

    `score` is the forest's R² over runs it has not seen (five folds): near zero or below, its importances mean nothing.
    `reason` says why there are no params or no forest, or that it was grown over some of the runs.
    """

    params: list[ParamImportance]
    runs: int
    score: float | None
    reason: str


def _check_run_ids(run_ids: list[str]) -> None:
    if len(run_ids) > MAX_COMPARED_RUNS:
        raise InvalidParameterValue(f"At most {MAX_COMPARED_RUNS} runs can be compared at once; got {len(run_ids)}.")
    for run_id in run_ids:
        check_run_id(run_id)


COMPARE_RUNS = Endpoint(
    resource="comparisons",
    verb="compare_runs",
    methods=("POST",),
    path="runs/compare",
    request=CompareRuns,
    response=CompareRunsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
FIND_FILES = Endpoint(
    resource="comparisons",
    verb="find_files",
    methods=("POST",),
    path="runs/files",
    request=FindFiles,
    response=FindFilesResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
MEASURE_IMPORTANCE = Endpoint(
    resource="comparisons",
    verb="measure_importance",
    methods=("POST",),
    path="runs/importance",
    request=MeasureImportance,
    response=MeasureImportanceResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (COMPARE_RUNS, FIND_FILES, MEASURE_IMPORTANCE)
