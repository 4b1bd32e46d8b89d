"""The family of a run: the runs it was started by, and those it started."""

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.names import check_run_id
from headwater.protocol.runs import RunStatus

MAX_RELATIVES = 1000
"""Of one run; further descendants are left out."""


class GetFamily(msgspec.Struct, frozen=True):
    """Get the ancestors and descendants of a run within its experiment, by the tag `mlflow.parentRunId`."""

    run_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named."""
        check_run_id(self.run_id)


class Relative(msgspec.Struct, frozen=True, omit_defaults=True):
    """A run as its family sees it; `parent_id` is empty for the eldest."""

    run_id: str
    run_name: str
    status: RunStatus
    start_time: int
    end_time: int | None = None
    parent_id: str = ""
    is_archived: bool = False


class Family(msgspec.Struct, frozen=True, omit_defaults=True):
    """The experiment of a run, its ancestors from the parent up, and its descendants, children first.

    Of more than 1,000 descendants the rest is left out: the family is `truncated`.
    """

    experiment_name: str
    is_experiment_archived: bool = False
    ancestors: list[Relative] = []
    descendants: list[Relative] = []
    truncated: bool = False


GET = Endpoint(
    resource="runs",
    verb="get_family",
    methods=("GET",),
    path="runs/family",
    request=GetFamily,
    response=Family,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (GET,)
