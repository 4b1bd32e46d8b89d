"""What a store does for a workspace of many runs."""

from typing import Protocol

from headwater.protocol.bulk import (
    ArchiveRuns,
    EditKeys,
    EditKeysResponse,
    RunsChanged,
    TagRuns,
    TagRunsResponse,
    UnarchiveRuns,
)
from headwater.protocol.workspace import (
    ListOverviews,
    ListOverviewsResponse,
    ListValues,
    ListValuesResponse,
    QueryGroups,
    QueryGroupsResponse,
)


class Workspace(Protocol):
    """Sums over many runs."""

    def query_groups(self, request: QueryGroups) -> QueryGroupsResponse:
        """See `QueryGroups`."""

    def list_values(self, request: ListValues) -> ListValuesResponse:
        """See `ListValues`."""

    def list_overviews(self, request: ListOverviews) -> ListOverviewsResponse:
        """See `ListOverviews`."""


class Bulk(Protocol):
    """One change of many runs."""

    def archive(self, request: ArchiveRuns) -> RunsChanged:
        """See `ArchiveRuns`."""

    def unarchive(self, request: UnarchiveRuns) -> RunsChanged:
        """See `UnarchiveRuns`."""

    def tag(self, request: TagRuns) -> TagRunsResponse:
        """See `TagRuns`."""

    def edit_keys(self, request: EditKeys) -> EditKeysResponse:
        """See `EditKeys`."""
