"""Every store keeps the contracts of pins, provenance and lineage."""

from headwater.testing.contract_lineage import LineageContract, PinsContract, ProvenanceContract
from headwater.testing.contract_version_comparison import ComparisonContract


class TestPins(PinsContract):
    """Run over the stores of the fixture."""


class TestProvenance(ProvenanceContract):
    """Run over the stores of the fixture."""


class TestLineage(LineageContract):
    """Run over the stores of the fixture."""


class TestComparison(ComparisonContract):
    """Run over the stores of the fixture."""
