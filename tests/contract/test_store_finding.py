"""Every store keeps the contract of finding."""

from headwater.testing.contract_finding import FindingContract


class TestFinding(FindingContract):
    """Run over the stores of the fixture."""
