"""Edits: what a person changes of runs after the fact. Each is kept: who, when, and which value became which."""

import enum

import msgspec

from headwater.protocol.contexts import check_metric_key, normal_metric_key
from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import (
    check_experiment_id,
    check_key,
    check_no_nul,
    check_run_id,
    check_step,
    check_timestamp,
    require,
)
from headwater.protocol.runs import RunResponse

MAX_MOVED_RUNS = 50_000


class EditAction(enum.StrEnum):
    """What was done to a run."""

    MOVE = "move"
    SET_PARAM = "set_param"
    RENAME_PARAM = "rename_param"
    DELETE_PARAM = "delete_param"
    RENAME_METRIC = "rename_metric"
    DELETE_METRIC = "delete_metric"
    REWIND = "rewind"


class Edit(msgspec.Struct, frozen=True, omit_defaults=True):
    """One edit of a run; an absent `old` or `new` means that there was, or is, none.

    A move gives experiment ids, a rename keys, a rewind the step, a deletion of a metric the number of its points.
    """

    action: EditAction
    time: int
    user_id: str = ""
    key: str = ""
    old: str | None = None
    new: str | None = None


class MoveRuns(msgspec.Struct, frozen=True, omit_defaults=True):
    """Move runs and the models they logged to another experiment, all or none, with their `children` if wanted.

    Artifacts stay where they are, and reachable. A run that is there already is passed over.
    """

    run_ids: list[str]
    experiment_id: str
    children: bool = False
    user_id: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless there are runs, not too many, and a possible experiment."""
        if not 1 <= len(self.run_ids) <= MAX_MOVED_RUNS:
            raise InvalidParameterValue(f"Between 1 and {MAX_MOVED_RUNS} runs can be moved; got '{len(self.run_ids)}'.")
        for run_id in self.run_ids:
            check_run_id(run_id)
        check_experiment_id(self.experiment_id)
        check_no_nul("user_id", self.user_id)


class MoveRunsResponse(msgspec.Struct, frozen=True):
    """The runs that moved, children included."""

    run_ids: list[str]


class CopyRun(msgspec.Struct, frozen=True, omit_defaults=True):
    """Make a new, SCHEDULED run with the params, tags and inputs of another.

    With `history` it is a fork: it has the points up to `step` (all if absent) too, and the other as its parent. With
    `artifacts` it has the files too, which take no room. Its tag `headwater.origin` names the other run. Repeated
    with the same `new_run_id`, it answers with the run made before.
    """

    run_id: str
    new_run_id: str = ""
    experiment_id: str = ""
    run_name: str = ""
    user_id: str = ""
    start_time: int = 0
    history: bool = False
    step: int | None = None
    artifacts: bool = False

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids, the name and the step are allowed."""
        check_run_id(self.run_id)
        if self.new_run_id:
            check_run_id(self.new_run_id)
        if self.experiment_id:
            check_experiment_id(self.experiment_id)
        check_no_nul("run_name", self.run_name)
        check_no_nul("user_id", self.user_id)
        check_timestamp("start_time", self.start_time)
        if self.step is not None:
            check_step("step", self.step)
            if not self.history:
                raise InvalidParameterValue(f"The step '{self.step}' is given without history. Ask for the history.")


class _Edited(msgspec.Struct, frozen=True, omit_defaults=True):
    run_id: str
    user_id: str = ""

    def check(self) -> None:
        check_run_id(self.run_id)
        check_no_nul("user_id", self.user_id)


class _EditedKey(_Edited, frozen=True, kw_only=True):
    key: str

    def check(self) -> None:
        _Edited.check(self)
        require("key", self.key)


class RewindRun(_Edited, frozen=True, kw_only=True):
    """Drop every point of a run after a step, as when training goes on from a checkpoint."""

    step: int

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run and the step are possible."""
        _Edited.check(self)
        check_step("step", self.step)


class DeleteMetric(_EditedKey, frozen=True):
    """Drop all points of a metric, in all its contexts unless the key names one; none is no error."""


class RenameMetric(_EditedKey, frozen=True, kw_only=True):
    """Give a metric, with all its contexts unless the key names one, another name; repeating it changes nothing."""

    new_key: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named and the new key is allowed."""
        _EditedKey.check(self)
        check_metric_key("new_key", normal_metric_key(self.new_key))


class EditedPoints(msgspec.Struct, frozen=True):
    """How many points were dropped or renamed."""

    points: int


class SetParam(_EditedKey, frozen=True, kw_only=True):
    """Give a param a value, whatever it had; values longer than 6,000 characters are cut."""

    value: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, key and value are allowed."""
        _EditedKey.check(self)
        check_key("key", self.key, "Param key")
        check_no_nul("value", self.value)


class DeleteParam(_EditedKey, frozen=True):
    """Drop a param; none is no error."""


class RenameParam(_EditedKey, frozen=True, kw_only=True):
    """Give a param another name; repeating it changes nothing."""

    new_key: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named and the new key is allowed."""
        _EditedKey.check(self)
        check_key("new_key", self.new_key, "Param key")


class ListEdits(msgspec.Struct, frozen=True, omit_defaults=True):
    """List the edits of a run, the newest last; of one param or metric if a key is given."""

    run_id: str
    key: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named."""
        check_run_id(self.run_id)


class ListEditsResponse(msgspec.Struct, frozen=True):
    """The edits in the order in which they were made."""

    edits: list[Edit]


MOVE_RUNS = Endpoint(
    resource="edits",
    verb="move_runs",
    methods=("POST",),
    path="runs/move",
    request=MoveRuns,
    response=MoveRunsResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
COPY_RUN = Endpoint(
    resource="edits",
    verb="copy_run",
    methods=("POST",),
    path="runs/copy",
    request=CopyRun,
    response=RunResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
REWIND_RUN = Endpoint(
    resource="edits",
    verb="rewind_run",
    methods=("POST",),
    path="runs/rewind",
    request=RewindRun,
    response=EditedPoints,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
DELETE_METRIC = Endpoint(
    resource="edits",
    verb="delete_metric",
    methods=("POST",),
    path="runs/delete-metric",
    request=DeleteMetric,
    response=EditedPoints,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
RENAME_METRIC = Endpoint(
    resource="edits",
    verb="rename_metric",
    methods=("POST",),
    path="runs/rename-metric",
    request=RenameMetric,
    response=EditedPoints,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
SET_PARAM = Endpoint(
    resource="edits",
    verb="set_param",
    methods=("POST",),
    path="runs/set-param",
    request=SetParam,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
DELETE_PARAM = Endpoint(
    resource="edits",
    verb="delete_param",
    methods=("POST",),
    path="runs/delete-param",
    request=DeleteParam,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
RENAME_PARAM = Endpoint(
    resource="edits",
    verb="rename_param",
    methods=("POST",),
    path="runs/rename-param",
    request=RenameParam,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
LIST = Endpoint(
    resource="edits",
    verb="list",
    methods=("GET",),
    path="runs/edits",
    request=ListEdits,
    response=ListEditsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (
    MOVE_RUNS,
    COPY_RUN,
    REWIND_RUN,
    DELETE_METRIC,
    RENAME_METRIC,
    SET_PARAM,
    DELETE_PARAM,
    RENAME_PARAM,
    LIST,
)
