"""Columns: what the web UI and data frames read. Many runs at once, only the columns asked for."""

import enum

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import ViewType
from headwater.protocol.names import check_experiment_id, check_run_id

MAX_SERIES_RUNS = 1000
MAX_SERIES_KEYS = 200
MAX_BUCKETS = 2000
MAX_COLUMNS = 500
MAX_QUERY_RUNS = 100_000
MAX_CELLS = 50_000_000
"""Runs times columns of one answer."""

EVERY_KEY = "*"
_LONGEST_SILENCE_MS = 1_000_000_000_000


class KeyKind(enum.StrEnum):
    """What a key names."""

    METRIC = "metric"
    PARAM = "param"
    TAG = "tag"
    ATTRIBUTE = "attribute"
    DATASET = "dataset"


class Statistic(enum.StrEnum):
    """What a column of a metric holds instead of the last value: one number of all its points."""

    MIN = "min"
    MAX = "max"
    MEAN = "mean"
    FIRST = "first"


class QueryRuns(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read runs as columns.

    `columns` are `metrics.<key>`, `params.<key>`, `tags.<key>` or `attributes.<name>` with the key as it is, not
    quoted; attributes: status (RUNNING … KILLED, or LOST), start_time, end_time, duration (ms), user_id,
    experiment_id, artifact_uri, models (how many it logged). The key `*` stands for every key that a run of the
    page has, sorted.
    `datasets.name`, `.digest` and `.context` are of what the run read, several joined by a comma. `min:metrics.<key>`
    (or `max:`, `mean:`, `first:`) is that of all points instead of the last; a NaN counts as no point. Such a
    column may stand in `order_by` too, as ``min:metrics.`<key>` DESC``, if at most 100,000 runs match.
    """

    experiment_ids: list[str]
    filter: str = ""
    view_type: ViewType = ViewType.ACTIVE_ONLY
    order_by: list[str] = []
    columns: list[str] = []
    offset: int = 0
    limit: int = 10_000
    ancestors: bool = False
    """Whether the parents of the page's runs, and theirs, follow them, though they do not match."""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids, columns and page are allowed."""
        for experiment_id in self.experiment_ids:
            check_experiment_id(experiment_id)
        if self.offset < 0 or not 0 <= self.limit <= MAX_QUERY_RUNS:
            raise InvalidParameterValue(
                f"Invalid page: offset '{self.offset}', limit '{self.limit}' (0 to {MAX_QUERY_RUNS})."
            )
        if len(self.columns) > MAX_COLUMNS:
            raise InvalidParameterValue(f"At most {MAX_COLUMNS} columns can be read at once; got {len(self.columns)}.")


class RunColumn(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column: `numbers` for metrics and numeric attributes, else `index` into `values`, where -1 is absent."""

    name: str
    numbers: list[float | None] | None = None
    values: list[str] | None = None
    index: list[int] | None = None


class QueryRunsResponse(msgspec.Struct, frozen=True):
    """`total` runs in the experiments, `matched` by the filter, and the page's rows as columns.

    `parents` holds each run's parent run id or an empty string. The last `ancestors` rows do not match: see there.
    """

    total: int
    matched: int
    running: int
    run_ids: list[str]
    run_names: list[str]
    parents: list[str]
    columns: list[RunColumn]
    ancestors: int = 0


class ListKeys(msgspec.Struct, frozen=True, omit_defaults=True):
    """Summarise the keys that the runs of some experiments, or some runs, have; `contains` narrows by name."""

    experiment_ids: list[str]
    contains: str = ""
    limit: int = 2000

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids and limit are allowed."""
        for experiment_id in self.experiment_ids:
            check_experiment_id(experiment_id)
        if not 1 <= self.limit <= 10_000:
            raise InvalidParameterValue(f"Invalid limit '{self.limit}': 1 to 10000.")


class KeySummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """A key, how many runs have it, how many distinct values (counted up to 100), and its range if numeric."""

    kind: KeyKind
    name: str
    runs: int
    distinct: int
    min: float | None = None
    max: float | None = None
    values: list[str] = []


class ListKeysResponse(msgspec.Struct, frozen=True):
    """The keys, metrics first, each kind by falling number of runs; `total` counts them before the limit.

    When there are more than the limit, each kind has its share of it, and what others leave.
    """

    keys: list[KeySummary]
    total: int
    runs: int


class XAxis(enum.StrEnum):
    """What a series is read against: the logged step, or milliseconds since 1970."""

    STEP = "step"
    TIME = "time"


class QuerySeries(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read metric histories of many runs and keys, reduced to at most `buckets` points each.

    `start` and `end` bound x, both inclusive. With `x_key`, another metric is the x axis instead: its value at the same
    step, or where it has none its last one before; points at the same value share a bucket.
    """

    run_ids: list[str]
    keys: list[str]
    x: XAxis = XAxis.STEP
    x_key: str = ""
    start: float | None = None
    end: float | None = None
    buckets: int = 200

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the runs, keys and resolution are within the limits."""
        if len(self.run_ids) > MAX_SERIES_RUNS or len(self.keys) > MAX_SERIES_KEYS:
            raise InvalidParameterValue(
                f"At most {MAX_SERIES_RUNS} runs and {MAX_SERIES_KEYS} keys can be read at once; "
                f"got {len(self.run_ids)} and {len(self.keys)}."
            )
        if not 1 <= self.buckets <= MAX_BUCKETS:
            raise InvalidParameterValue(f"Invalid buckets '{self.buckets}': 1 to {MAX_BUCKETS}.")
        for run_id in self.run_ids:
            check_run_id(run_id)


class SeriesHeader(msgspec.Struct, frozen=True):
    """One series in the data that follows.

    `count` is the exact number of logged points in range, `points` the number sent. If `raw`, the data are the points
    themselves: x then value. Otherwise each point is a bucket: x of its last point, min, max, last.
    """

    run_id: str
    key: str
    count: int
    points: int
    raw: bool


class Series(msgspec.Struct, frozen=True):
    """Series in the order of runs × keys, empty ones left out; `data` holds the columns of each, little-endian float64.

    On the wire: uint32 little-endian length of the JSON header `{"series": [...]}`, the header padded with blanks so
    that the data start at a multiple of 8, then `data`.
    """

    series: list[SeriesHeader]
    data: bytes


class Changes(msgspec.Struct, frozen=True):
    """Ask which runs changed after `since` (a cursor from the previous answer; 0 gives only a cursor)."""

    since: int = 0


class ChangedRun(msgspec.Struct, frozen=True):
    """A run that changed."""

    experiment_id: str
    run_id: str


class ChangesResponse(msgspec.Struct, frozen=True):
    """The runs that changed, at most 1,000, and the cursor for the next question."""

    cursor: int
    runs: list[ChangedRun]


class Sweep(msgspec.Struct, frozen=True):
    """Mark runs whose client stopped sending heartbeats for `silence_ms` as lost."""

    silence_ms: int = 60_000

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the silence is a span of time."""
        if not 0 <= self.silence_ms <= _LONGEST_SILENCE_MS:
            raise InvalidParameterValue(f"Invalid silence_ms '{self.silence_ms}': 0 to {_LONGEST_SILENCE_MS}.")


QUERY_RUNS = Endpoint(
    resource="columns",
    verb="query_runs",
    methods=("POST",),
    path="runs/query",
    request=QueryRuns,
    response=QueryRunsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
LIST_KEYS = Endpoint(
    resource="columns",
    verb="list_keys",
    methods=("POST",),
    path="keys/list",
    request=ListKeys,
    response=ListKeysResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
QUERY_SERIES = Endpoint(
    resource="columns",
    verb="query_series",
    methods=("POST",),
    path="series/query",
    request=QuerySeries,
    response=Series,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
CHANGES = Endpoint(
    resource="columns",
    verb="changes",
    methods=("GET",),
    path="changes",
    request=Changes,
    response=ChangesResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
SWEEP = Endpoint(
    resource="columns",
    verb="sweep",
    methods=("POST",),
    path="sweep",
    request=Sweep,
    response=Empty,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)

ENDPOINTS = (QUERY_RUNS, LIST_KEYS, QUERY_SERIES, CHANGES, SWEEP)
