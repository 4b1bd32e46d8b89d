"""Every store keeps the contract of registered models."""

from headwater.testing.contract_registered_models import RegisteredModelsContract


class TestRegisteredModels(RegisteredModelsContract):
    """Run over the stores of the fixture."""
