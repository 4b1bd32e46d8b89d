"""The trash: what is in it, and the verbs that delete it for good and give the room back."""

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_experiment_id, check_model_id, check_run_id

MAX_PURGED = 1000
GRACE_MS = 3_600_000
_LONGEST_MS = 10**15


class ListTrash(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sum up what is in the trash for at least `older_than_ms`.

    Everything, unless experiments (with their deleted runs and models), runs or logged models are named: then those
    only.
    """

    older_than_ms: int = 0
    experiment_ids: list[str] = []
    run_ids: list[str] = []
    model_ids: list[str] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids and the age are allowed."""
        _check_span("older_than_ms", self.older_than_ms)
        for experiment_id in self.experiment_ids:
            check_experiment_id(experiment_id)
        for run_id in self.run_ids:
            check_run_id(run_id)
        for model_id in self.model_ids:
            check_model_id(model_id)


class ListTrashResponse(msgspec.Struct, frozen=True):
    """What can be deleted for good.

    `files` and `bytes` count artifacts that nothing else names. `unknown` are ids that were asked for and do not
    exist, perhaps because they are deleted for good already.
    """

    experiment_ids: list[str]
    run_ids: list[str]
    model_ids: list[str]
    unknown: list[str]
    points: int
    files: int
    bytes: int


class PurgeTrash(ListTrash, frozen=True, kw_only=True):
    """Delete up to `limit` runs of the trash for good, then models, then empty experiments; repeat until none remain.

    Nothing can bring them back. Each run goes whole, in one transaction; what was asked for and is gone is passed over.
    """

    limit: int = 100

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids, the age and the limit are allowed."""
        ListTrash.check(self)
        if not 1 <= self.limit <= MAX_PURGED:
            raise InvalidParameterValue(f"Invalid limit '{self.limit}': 1 to {MAX_PURGED}.")


class PurgeTrashResponse(msgspec.Struct, frozen=True):
    """What this call deleted, and how many runs, models and experiments are still to be deleted."""

    run_ids: list[str]
    model_ids: list[str]
    experiment_ids: list[str]
    remaining: int


class CollectBlobs(msgspec.Struct, frozen=True, omit_defaults=True):
    """Delete artifact bytes that nothing names, one stretch of the store a call; `cursor` is from the last answer.

    Bytes that were written, or announced by an upload, less than `grace_ms` ago are left. A `dry_run` only counts.
    """

    cursor: str = ""
    grace_ms: int = GRACE_MS
    dry_run: bool = False

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the cursor and the grace are allowed."""
        _check_span("grace_ms", self.grace_ms)
        if self.cursor and not (self.cursor.isascii() and self.cursor.isdigit() and int(self.cursor) <= 256):
            raise InvalidParameterValue(f"Invalid cursor '{self.cursor[:80]}'. Give the cursor of the last answer.")


class CollectBlobsResponse(msgspec.Struct, frozen=True):
    """What this call deleted, how far it came (0 to 1), and where to go on; an empty cursor is the end."""

    files: int
    bytes: int
    progress: float
    cursor: str


class Compact(msgspec.Struct, frozen=True):
    """Give the room of deleted rows back to the disk, a stretch a call; PostgreSQL does so by itself."""


class CompactResponse(msgspec.Struct, frozen=True):
    """How many bytes this call gave back, and how many are left to give."""

    bytes: int
    remaining: int


def _check_span(name: str, milliseconds: int) -> None:
    if not 0 <= milliseconds <= _LONGEST_MS:
        raise InvalidParameterValue(f"Invalid {name} '{milliseconds}': 0 to {_LONGEST_MS}.")


LIST = Endpoint(
    resource="trash",
    verb="list",
    methods=("POST",),
    path="trash/list",
    request=ListTrash,
    response=ListTrashResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
PURGE = Endpoint(
    resource="trash",
    verb="purge",
    methods=("POST",),
    path="trash/purge",
    request=PurgeTrash,
    response=PurgeTrashResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
COLLECT_BLOBS = Endpoint(
    resource="trash",
    verb="collect_blobs",
    methods=("POST",),
    path="trash/collect-blobs",
    request=CollectBlobs,
    response=CollectBlobsResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
COMPACT = Endpoint(
    resource="trash",
    verb="compact",
    methods=("POST",),
    path="trash/compact",
    request=Compact,
    response=CompactResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)

ENDPOINTS = (LIST, PURGE, COLLECT_BLOBS, COMPACT)
