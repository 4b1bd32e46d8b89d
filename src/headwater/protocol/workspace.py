"""What a workspace of runs asks beside its rows: groups, the values of a key, and the experiments with their state."""

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import Experiment, ViewType
from headwater.protocol.names import check_experiment_id, require

MAX_GROUP_KEYS = 4
MAX_GROUP_COLUMNS = 100
MAX_GROUPS = 5000
MAX_VALUES = 1000
MAX_BINS = 200
MAX_EXPERIMENTS = 50_000

MAIN_METRIC_TAG = "headwater.mainMetric"
"""The experiment's tag that holds the key of its main metric."""

DIRECTION_TAG = "headwater.mainMetricDirection"
"""The experiment's tag that says whether `min` or `max` of the main metric is best; `max` unless it is there."""

SAMPLE_TAG = "headwater.sample"
"""The tag of experiments and runs that a server made as sample data, and removes when it is told to."""


class QueryGroups(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sum up the runs that match in groups of those with the same values.

    `by` holds columns as in `QueryRuns` (`params.<key>`, `tags.<key>`, `datasets.name`, `datasets.digest`,
    `attributes.status`, `attributes.user_id`, `attributes.experiment_id`) or `parent`; `columns` the metrics, numeric
    params and numeric attributes to sum up. `best` names the metric whose greatest value (with `least`, the smallest)
    makes a run the best of its group; the groups then come with the best first, otherwise with the largest first.
    """

    experiment_ids: list[str]
    by: list[str]
    filter: str = ""
    view_type: ViewType = ViewType.ACTIVE_ONLY
    columns: list[str] = []
    best: str = ""
    least: bool = False
    limit: int = 1000

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids, keys, columns and limit are allowed."""
        for experiment_id in self.experiment_ids:
            check_experiment_id(experiment_id)
        if not 1 <= len(self.by) <= MAX_GROUP_KEYS:
            raise InvalidParameterValue(f"Runs are grouped by 1 to {MAX_GROUP_KEYS} keys; got '{len(self.by)}'.")
        if len(self.columns) > MAX_GROUP_COLUMNS:
            raise InvalidParameterValue(f"At most {MAX_GROUP_COLUMNS} columns are summed up; got {len(self.columns)}.")
        _check_limit(self.limit, MAX_GROUPS)


class RunGroup(msgspec.Struct, frozen=True):
    """The runs with these values of `by`, None where they have none; `best_run_id` is empty if none has the metric."""

    values: list[str | None]
    runs: int
    running: int
    best: float | None
    best_run_id: str
    best_run_name: str


class GroupColumn(msgspec.Struct, frozen=True):
    """A column summed up for each group: how many runs have a number, and of those mean, range and sample deviation.

    A NaN counts as no number. The deviation is None with fewer than two numbers, the others with none.
    """

    name: str
    count: list[int]
    mean: list[float | None]
    min: list[float | None]
    max: list[float | None]
    std: list[float | None]


class QueryGroupsResponse(msgspec.Struct, frozen=True):
    """The groups, at most `limit` of the `total` there are, over all `matched` runs."""

    total: int
    matched: int
    groups: list[RunGroup]
    columns: list[GroupColumn]


class ListValues(msgspec.Struct, frozen=True, omit_defaults=True):
    """Count the values that a key has in the active runs of some experiments.

    `key` is a column as in `QueryRuns`. The `limit` most frequent values that contain a text are listed; with `bins`,
    the numbers of a metric, numeric param or numeric attribute are counted in so many parts of their range, too.
    """

    experiment_ids: list[str]
    key: str
    contains: str = ""
    limit: int = 50
    bins: int = 0

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids, the key, the limit and the bins are allowed."""
        for experiment_id in self.experiment_ids:
            check_experiment_id(experiment_id)
        require("key", self.key)
        _check_limit(self.limit, MAX_VALUES)
        if not 0 <= self.bins <= MAX_BINS:
            raise InvalidParameterValue(f"Invalid bins '{self.bins}': 0 to {MAX_BINS}.")


class ValueCount(msgspec.Struct, frozen=True):
    """A value, and how many runs have it."""

    value: str
    runs: int


class Histogram(msgspec.Struct, frozen=True):
    """How many finite numbers are in each equal part of the range from `min` to `max`."""

    min: float
    max: float
    counts: list[int]


class ListValuesResponse(msgspec.Struct, frozen=True):
    """The values, the most frequent first; `total` counts those that contain the text, `runs` the runs with the key."""

    values: list[ValueCount]
    total: int
    runs: int
    histogram: Histogram | None = None


class ListOverviews(msgspec.Struct, frozen=True, omit_defaults=True):
    """List experiments that match (see `experiments/search`) with what goes on in them.

    Or those of `experiment_ids`, in that order, whether in the trash or not; one that does not exist is an error.
    """

    experiment_ids: list[str] = []
    filter: str = ""
    view_type: ViewType = ViewType.ACTIVE_ONLY
    order_by: list[str] = []
    limit: int = 10_000

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids and the limit are allowed."""
        for experiment_id in self.experiment_ids:
            check_experiment_id(experiment_id)
        _check_limit(self.limit, MAX_EXPERIMENTS)


class ExperimentOverview(msgspec.Struct, frozen=True):
    """An experiment, its active runs, models and datasets, and the best of its main metric (see `MAIN_METRIC_TAG`).

    `last_activity` is when a run last began or ended, or the experiment was changed.
    """

    experiment: Experiment
    runs: int
    running: int
    models: int
    datasets: int
    last_activity: int
    best: float | None
    best_run_id: str


class ListOverviewsResponse(msgspec.Struct, frozen=True):
    """The experiments, and whether there are more than the limit."""

    experiments: list[ExperimentOverview]
    more: bool


def _check_limit(limit: int, most: int) -> None:
    if not 1 <= limit <= most:
        raise InvalidParameterValue(f"Invalid limit '{limit}': 1 to {most}.")


QUERY_GROUPS = Endpoint(
    resource="workspace",
    verb="query_groups",
    methods=("POST",),
    path="groups/query",
    request=QueryGroups,
    response=QueryGroupsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
LIST_VALUES = Endpoint(
    resource="workspace",
    verb="list_values",
    methods=("POST",),
    path="values/list",
    request=ListValues,
    response=ListValuesResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
LIST_OVERVIEWS = Endpoint(
    resource="workspace",
    verb="list_overviews",
    methods=("POST",),
    path="experiments/overview",
    request=ListOverviews,
    response=ListOverviewsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (QUERY_GROUPS, LIST_VALUES, LIST_OVERVIEWS)
