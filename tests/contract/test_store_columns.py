"""Every store keeps the contracts of columns."""

from headwater.testing.contract_columns import ChangesContract, KeysContract, RunColumnsContract, SeriesContract


class TestRunColumns(RunColumnsContract):
    """Run over the stores of the fixture."""


class TestKeys(KeysContract):
    """Run over the stores of the fixture."""


class TestSeries(SeriesContract):
    """Run over the stores of the fixture."""


class TestChanges(ChangesContract):
    """Run over the stores of the fixture."""
