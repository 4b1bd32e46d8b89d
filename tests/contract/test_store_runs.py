"""Every store keeps the contract of runs."""

from headwater.testing.contract_logging import RunLoggingContract
from headwater.testing.contract_runs import RunLifeContract, RunSearchContract


class TestRunLife(RunLifeContract):
    """Run over the stores of the fixture."""


class TestRunLogging(RunLoggingContract):
    """Run over the stores of the fixture."""


class TestRunSearch(RunSearchContract):
    """Run over the stores of the fixture."""
