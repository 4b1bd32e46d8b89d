"""Every store keeps the contract of edits."""

from headwater.testing.contract_edits import EditsContract


class TestEdits(EditsContract):
    """Run over the stores of the fixture."""
