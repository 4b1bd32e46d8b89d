"""Every store keeps the contract of logs."""

from headwater.testing.contract_logs import LogsContract


class TestLogs(LogsContract):
    """Run over the stores of the fixture."""
