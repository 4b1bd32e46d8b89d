"""Every store keeps the contracts of workspaces and of changes of many runs."""

from headwater.testing.contract_bulk import BulkContract, BulkKeysContract
from headwater.testing.contract_workspace import (
    GroupsContract,
    OverviewsContract,
    StatisticsContract,
    ValuesContract,
)


class TestGroups(GroupsContract):
    """Run over the stores of the fixture."""


class TestStatistics(StatisticsContract):
    """Run over the stores of the fixture."""


class TestValues(ValuesContract):
    """Run over the stores of the fixture."""


class TestOverviews(OverviewsContract):
    """Run over the stores of the fixture."""


class TestBulk(BulkContract):
    """Run over the stores of the fixture."""


class TestBulkKeys(BulkKeysContract):
    """Run over the stores of the fixture."""
