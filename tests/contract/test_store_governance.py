"""Every store keeps the contracts of the registry's governance."""

from headwater.testing.contract_governance import HistoryContract, PoliciesContract, RollbackContract


class TestHistory(HistoryContract):
    """Run over the stores of the fixture."""


class TestPolicies(PoliciesContract):
    """Run over the stores of the fixture."""


class TestRollback(RollbackContract):
    """Run over the stores of the fixture."""
