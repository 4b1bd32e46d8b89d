"""Bulk edits: one change of many runs, in one transaction, with what takes it back."""

import msgspec

from headwater.protocol.columns import KeyKind
from headwater.protocol.contexts import check_metric_key, normal_metric_key
from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_key, check_no_nul, check_run_id, require

MAX_RUNS = 50_000
MAX_CHANGES = 10_000


class ArchiveRuns(msgspec.Struct, frozen=True):
    """Move runs to the trash, all or none; those that are there already are passed over."""

    run_ids: list[str]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless there are runs, and not too many."""
        _check_runs(self.run_ids)


class UnarchiveRuns(ArchiveRuns, frozen=True):
    """Take runs out of the trash, all or none; those that are not there are passed over."""


class RunsChanged(msgspec.Struct, frozen=True):
    """The runs that changed."""

    run_ids: list[str]


class TagChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """Give runs a tag, or without a value take it from them; one that has none is no error."""

    run_ids: list[str]
    key: str
    value: str | None = None


class TagRuns(msgspec.Struct, frozen=True):
    """Change tags of runs, all or none."""

    changes: list[TagChange]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless there are changes of allowed tags, and not too many."""
        if not 1 <= len(self.changes) <= MAX_CHANGES:
            raise InvalidParameterValue(
                f"Between 1 and {MAX_CHANGES} tags can be changed at once; got '{len(self.changes)}'."
            )
        for change in self.changes:
            _check_runs(change.run_ids)
            check_key("key", change.key)
            check_no_nul("value", change.value or "")


class TagRunsResponse(msgspec.Struct, frozen=True):
    """The changes that give every run back what it had before."""

    undo: list[TagChange]


class KeyChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """Give a metric or param of runs the name `new_key`, or a param a `value`, or without either delete it.

    A run without the key is passed over, but for a value, which it gets. A metric goes with all its contexts unless the
    key names one.
    """

    run_ids: list[str]
    kind: KeyKind
    key: str
    new_key: str = ""
    value: str | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the runs, the kind and the names are allowed, and one thing is asked."""
        _check_runs(self.run_ids)
        require("key", self.key)
        if self.kind not in {KeyKind.METRIC, KeyKind.PARAM}:
            raise InvalidParameterValue(f"Invalid kind '{self.kind}'. Only keys of metrics and params can be changed.")
        if self.value is not None and (self.new_key or self.kind is KeyKind.METRIC):
            raise InvalidParameterValue(
                f"A value is given for the {self.kind} '{self.key}'. Give one to a param, and without a new key."
            )
        check_no_nul("value", self.value or "")
        if self.kind is KeyKind.PARAM:
            check_key("new_key", self.new_key or self.key, "Param key")
        elif self.new_key:
            check_metric_key("new_key", normal_metric_key(self.new_key))


class EditKeys(msgspec.Struct, frozen=True, omit_defaults=True):
    """Rename or delete metrics and params of runs, all or none; each change is kept with who made it."""

    changes: list[KeyChange]
    user_id: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless there are changes of allowed keys, and not too many."""
        if not 1 <= len(self.changes) <= MAX_CHANGES:
            raise InvalidParameterValue(
                f"Between 1 and {MAX_CHANGES} keys can be changed at once; got '{len(self.changes)}'."
            )
        for change in self.changes:
            change.check()
        check_no_nul("user_id", self.user_id)


class EditKeysResponse(msgspec.Struct, frozen=True):
    """The runs that changed, how many points were deleted for good, and the changes that take the rest back."""

    run_ids: list[str]
    points: int
    undo: list[KeyChange]


def _check_runs(run_ids: list[str]) -> None:
    if not 1 <= len(run_ids) <= MAX_RUNS:
        raise InvalidParameterValue(f"Between 1 and {MAX_RUNS} runs can be changed at once; got '{len(run_ids)}'.")
    for run_id in run_ids:
        check_run_id(run_id)


ARCHIVE = Endpoint(
    resource="bulk",
    verb="archive",
    methods=("POST",),
    path="runs/archive",
    request=ArchiveRuns,
    response=RunsChanged,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
UNARCHIVE = Endpoint(
    resource="bulk",
    verb="unarchive",
    methods=("POST",),
    path="runs/unarchive",
    request=UnarchiveRuns,
    response=RunsChanged,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
TAG = Endpoint(
    resource="bulk",
    verb="tag",
    methods=("POST",),
    path="runs/tag",
    request=TagRuns,
    response=TagRunsResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)

EDIT_KEYS = Endpoint(
    resource="bulk",
    verb="edit_keys",
    methods=("POST",),
    path="runs/edit-keys",
    request=EditKeys,
    response=EditKeysResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)

ENDPOINTS = (ARCHIVE, UNARCHIVE, TAG, EDIT_KEYS)
