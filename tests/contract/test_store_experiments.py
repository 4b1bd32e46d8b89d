"""Every store keeps the contract of experiments."""

from headwater.testing.contract_experiments import ExperimentsContract


class TestExperiments(ExperimentsContract):
    """Run over the stores of the fixture."""
