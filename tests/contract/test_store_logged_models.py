"""Every store keeps the contracts of logged models."""

from headwater.testing.contract_logged_model_search import LoggedModelSearchContract
from headwater.testing.contract_logged_models import LoggedModelsContract, ModelMetricsContract, RecordModelContract


class TestLoggedModels(LoggedModelsContract):
    """Run over the stores of the fixture."""


class TestMetrics(ModelMetricsContract):
    """Run over the stores of the fixture."""


class TestRecord(RecordModelContract):
    """Run over the stores of the fixture."""


class TestSearch(LoggedModelSearchContract):
    """Run over the stores of the fixture."""
