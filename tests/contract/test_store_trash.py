"""Every store keeps the contract of the trash."""

from headwater.testing.contract_trash import TrashContract


class TestTrash(TrashContract):
    """Run over the stores of the fixture."""
