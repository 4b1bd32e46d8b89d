"""Every store keeps the contract of journals."""

from headwater.testing.contract_append import AppendContract


class TestAppend(AppendContract):
    """Run over the stores of the fixture."""
