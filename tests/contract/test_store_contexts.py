"""Every store keeps the contract of metrics in contexts."""

from headwater.testing.contract_contexts import ContextsContract


class TestContexts(ContextsContract):
    """Run over the stores of the fixture."""
