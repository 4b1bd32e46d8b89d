"""Every store keeps the metrics contract."""

from headwater.testing.contract_metrics import MetricsContract


class TestMetrics(MetricsContract):
    """Run over the stores of the fixture."""
