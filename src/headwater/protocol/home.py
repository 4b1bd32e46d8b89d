"""What goes on here, for somebody who comes in: runs, experiments, models in use, and what needs attention."""

import msgspec

from headwater.protocol.alerts import Alert
from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission

STAR_TAG = "headwater.starred"
"""The tag of runs and experiments that somebody marked for everybody, with the value `true`."""


class ReadHome(msgspec.Struct, frozen=True):
    """Read what goes on here; the experiments with the tag `headwater.starred` stand before those active last."""


class HomeRun(msgspec.Struct, frozen=True):
    """A run; its status is LOST if its heartbeat lapsed, its end 0 as long as there is none."""

    run_id: str
    run_name: str
    experiment_id: str
    experiment_name: str
    status: str
    user_id: str
    start_time: int
    end_time: int


class Progress(msgspec.Struct, frozen=True):
    """A run that goes on, and the course of its experiment's main metric in at most sixty values, the last exact."""

    run: HomeRun
    metric: str
    values: list[float]


class Extreme(msgspec.Struct, frozen=True):
    """The least or greatest last value of a metric, and the run that has it."""

    value: float
    run_id: str


class HomeExperiment(msgspec.Struct, frozen=True):
    """An experiment with its active runs and the range of its main metric.

    The main metric is what the tag `headwater.mainMetric` says, else one that most of the latest runs have; it is
    empty without metrics. `direction` is `min`, `max`, or empty if nobody has said which is best.
    """

    experiment_id: str
    name: str
    runs: int
    running: int
    last_activity: int
    metric: str
    direction: str
    least: Extreme | None
    greatest: Extreme | None
    starred: bool = False


class AliasInUse(msgspec.Struct, frozen=True):
    """An alias of a model, the version it stands for, and who set it when; 0 and empty if that is not known."""

    name: str
    alias: str
    version: str
    time: int
    user_id: str


class PendingVersion(msgspec.Struct, frozen=True):
    """A version that was refused an alias (`@alias`) or a stage and does not have it yet.

    `missing` is what the policy still asks for; empty if the version may be promoted now.
    """

    name: str
    version: str
    target: str
    time: int
    user_id: str
    missing: list[str]


class HomeResponse(msgspec.Struct, frozen=True):
    """What goes on: the latest of each kind, and how many there are of those that are counted.

    Failures and alerts are those of the last 24 hours, `running` and `failed` at most eight and ten of them. Refused
    versions are looked for in the newest two thousand entries of the registry's log.
    """

    running: list[Progress]
    running_total: int
    recent: list[HomeRun]
    experiments: list[HomeExperiment]
    aliases: list[AliasInUse]
    failed: list[HomeRun]
    failed_total: int
    alerts: list[Alert]
    alerts_total: int
    pending: list[PendingVersion]


READ = Endpoint(
    resource="home",
    verb="read",
    methods=("POST",),
    path="home/read",
    request=ReadHome,
    response=HomeResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (READ,)
