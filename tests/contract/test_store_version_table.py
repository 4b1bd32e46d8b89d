"""Every store keeps the contract of the table of versions."""

from headwater.testing.contract_version_table import VersionTableContract


class TestVersionTable(VersionTableContract):
    """Run over the stores of the fixture."""
