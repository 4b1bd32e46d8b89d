"""Every store keeps the contract of what goes on."""

from headwater.testing.contract_home import HomeContract


class TestHome(HomeContract):
    """Run over the stores of the fixture."""
