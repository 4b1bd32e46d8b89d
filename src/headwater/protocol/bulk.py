"""Bulk edits: one change of many runs, in one transaction, with what takes it back."""

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_key, check_no_nul, check_run_id

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

ENDPOINTS = (ARCHIVE, UNARCHIVE, TAG)
