"""Every store keeps the contract of model versions."""

from headwater.testing.contract_model_versions import ModelVersionsContract


class TestModelVersions(ModelVersionsContract):
    """Run over the stores of the fixture."""
