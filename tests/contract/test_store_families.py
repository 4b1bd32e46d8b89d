"""Every store keeps the contract of families."""

from headwater.testing.contract_families import FamiliesContract


class TestFamilies(FamiliesContract):
    """Run over the stores of the fixture."""
