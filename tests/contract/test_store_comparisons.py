"""Every store keeps the contract of comparisons."""

from headwater.testing.contract_comparisons import ComparisonsContract


class TestComparisons(ComparisonsContract):
    """Run over the stores of the fixture."""
