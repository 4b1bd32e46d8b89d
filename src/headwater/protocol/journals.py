"""Journals: how our own client ships what it recorded, exactly once."""

import msgspec

from headwater.protocol.alerts import AlertNote
from headwater.protocol.contexts import check_metric_keys
from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.inputs import DatasetInput, ModelInput, ModelOutput
from headwater.protocol.metrics import Metric
from headwater.protocol.names import check_no_nul, check_run_id, missing, require
from headwater.protocol.runs import CreateRun, Param, RunTag, UpdateRun


class Append(msgspec.Struct, frozen=True, omit_defaults=True):
    """Append journal records `first_seq` … `last_seq` of one journal to a run, exactly once.

    This is how our own client ships. The store keeps each journal's last record in the same transaction as the
    data, so a repeated request changes nothing. Points are columns of `n` little-endian values: `key_index` int32
    (into `keys`), `steps` and `timestamps` int64, `values` float64. Requests of one journal must be sent in order.
    `model_metrics` are those points, again, that were measured of a logged model.
    A `heartbeat` of true says that the client is alive; with no records, `first_seq` is `last_seq` + 1.
    With `revise_params` a param that has another value is changed, and the change is kept as an edit of `user_id`.
    """

    journal_id: str
    run_id: str
    first_seq: int
    last_seq: int
    create: CreateRun | None = None
    keys: list[str] = []
    key_index: bytes = b""
    steps: bytes = b""
    timestamps: bytes = b""
    values: bytes = b""
    params: list[Param] = []
    tags: list[RunTag] = []
    deleted_tags: list[str] = []
    update: UpdateRun | None = None
    heartbeat: bool = False
    datasets: list[DatasetInput] = []
    model_inputs: list[ModelInput] = []
    model_outputs: list[ModelOutput] = []
    model_metrics: list[Metric] = []
    revise_params: bool = False
    user_id: str = ""
    alerts: list[AlertNote] = []

    @property
    def count(self) -> int:
        """Return the number of points."""
        return len(self.values) // 8

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids, the columns' lengths and the keys are allowed."""
        check_run_id(self.run_id)
        require("journal_id", self.journal_id)
        if len(self.journal_id) > 64 or not self.journal_id.isalnum():
            raise InvalidParameterValue(f"Invalid journal_id '{self.journal_id}': up to 64 letters and digits.")
        if self.first_seq < 1 or self.last_seq < self.first_seq - 1:
            raise InvalidParameterValue(f"Invalid record range '{self.first_seq}' to '{self.last_seq}'.")
        count = self.count
        sizes = (len(self.key_index), len(self.steps), len(self.timestamps), len(self.values))
        if sizes != (4 * count, 8 * count, 8 * count, 8 * count):
            raise InvalidParameterValue(f"The point columns have unequal lengths: {sizes} bytes for {count} points.")
        check_metric_keys("keys", "name", self.keys)
        check_no_nul("user_id", self.user_id)
        if self.create is not None:
            self.create.check()


class Rejection(msgspec.Struct, frozen=True):
    """A record that the store could not apply, and why; the rest of its request was applied."""

    what: str
    message: str


class AppendResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the journal has been stored.

    When `last_seq` is not the request's, nothing of the request was applied: the client continues at `last_seq` + 1.
    """

    last_seq: int
    rejected: list[Rejection] = []


class GetJournal(msgspec.Struct, frozen=True):
    """Get how far a journal has been stored."""

    journal_id: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` if the id is empty."""
        if not self.journal_id:
            raise missing("journal_id")


APPEND = Endpoint(
    resource="runs",
    verb="append",
    methods=("POST",),
    path="runs/append",
    request=Append,
    response=AppendResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
GET_JOURNAL = Endpoint(
    resource="runs",
    verb="get_journal",
    methods=("GET",),
    path="runs/journal",
    request=GetJournal,
    response=AppendResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (APPEND, GET_JOURNAL)
