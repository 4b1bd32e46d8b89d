"""Finding what somebody has in mind by a part of its name: experiments, runs and registered models at once."""

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_experiment_id, check_length, check_no_nul
from headwater.protocol.registered_models import RegisteredModelAlias
from headwater.protocol.runs import RunStatus

MAX_TEXT = 200
MAX_FOUND = 50


class Find(msgspec.Struct, frozen=True, omit_defaults=True):
    """Find experiments, runs and models whose name holds every word of `text`, or whose id begins with it.

    A model is found by an alias, too. Case does not matter. What was active last comes first, at most `limit` of each
    kind; without a text, the latest. If there is nothing, the letters of a word may stand apart: `chrn` finds `churn`.
    With `among`, only these experiments and their runs are looked through.
    """

    text: str = ""
    limit: int = 8
    among: list[str] | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless text and limit are allowed."""
        check_no_nul("text", self.text)
        check_length("text", self.text, MAX_TEXT)
        for experiment_id in self.among or ():
            check_experiment_id(experiment_id)
        if not 1 <= self.limit <= MAX_FOUND:
            raise InvalidParameterValue(f"Invalid limit '{self.limit}': 1 to {MAX_FOUND}.")


class FoundExperiment(msgspec.Struct, frozen=True):
    """An experiment."""

    experiment_id: str
    name: str


class FoundRun(msgspec.Struct, frozen=True):
    """A run, and the experiment it is in."""

    run_id: str
    run_name: str
    status: RunStatus
    start_time: int
    experiment_id: str
    experiment_name: str


class FoundModel(msgspec.Struct, frozen=True):
    """A registered model with the number of its newest version, 0 without one, and its aliases."""

    name: str
    last_version: int
    aliases: list[RegisteredModelAlias]


class FindResponse(msgspec.Struct, frozen=True):
    """What was found, of each kind what was active last first."""

    experiments: list[FoundExperiment]
    runs: list[FoundRun]
    models: list[FoundModel]


FIND = Endpoint(
    resource="finding",
    verb="find",
    methods=("GET",),
    path="find",
    request=Find,
    response=FindResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (FIND,)
