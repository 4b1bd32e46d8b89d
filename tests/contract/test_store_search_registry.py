"""Every store keeps the contract of searching models and versions."""

from headwater.testing.contract_search_registry import RegistrySearchContract


class TestRegistrySearch(RegistrySearchContract):
    """Run over the stores of the fixture."""
