"""What goes on here, for somebody who comes in: runs, experiments, models in use, and what needs attention."""

import msgspec

from headwater.protocol.alerts import Alert
from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.names import check_experiment_id

STAR_TAG = "headwater.starred"
"""The tag of runs and experiments that somebody marked for everybody, with the value `true`."""


class ReadHome(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read what goes on here; the experiments with the tag `headwater.starred` stand before those active last.

    With `among`, only runs, alerts and experiments of these experiments count.
    """

    among: list[str] | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the experiments are possible."""
        for experiment_id in self.among or ():
            check_experiment_id(experiment_id)


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
    """A run that goes on, and the course of its experiment's main metric in at most sixty values, the last exact.

    The host is where the run goes on; it is empty if the run does not say.
    """

    run: HomeRun
    metric: str
    values: list[float]
    host: str = ""


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


class PendingVersion(msgspec.Struct, frozen=True, omit_defaults=True):
    """A version that waits for an alias (`@alias`) or a stage: somebody asked for it, or it was refused.

    `missing` is what the policy still asks for; empty if the version may be promoted now. If it was asked for, there
    is a `request_id`, with the asker's reason and the number of comments.
    """

    name: str
    version: str
    target: str
    time: int
    user_id: str
    missing: list[str]
    request_id: int = 0
    reason: str = ""
    comments: int = 0


class HomeResponse(msgspec.Struct, frozen=True):
    """What goes on: the latest of each kind, and how many there are of those that are counted.

    Failures and alerts are those of the last 24 hours, `running` and `failed` at most eight and ten of them. `pending`
    begins with the newest twelve of the `requests_total` open requests for promotions; refused versions are looked for
    in the newest two thousand entries of the registry's log. `has_samples` says whether there are sample data, which
    can be removed.
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
    has_samples: bool = False
    requests_total: int = 0


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
