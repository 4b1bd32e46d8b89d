"""Every store keeps the contract of searching."""

from headwater.testing.contract_search import SearchContract


class TestSearch(SearchContract):
    """Run over the stores of the fixture."""
