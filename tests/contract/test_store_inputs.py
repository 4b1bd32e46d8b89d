"""Every store keeps the contract of inputs and outputs."""

from headwater.testing.contract_inputs import InputsContract


class TestInputs(InputsContract):
    """Run over the stores of the fixture."""
