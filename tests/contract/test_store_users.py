"""Every store keeps the contract of users and tokens."""

from headwater.testing.contract_users import UsersContract


class TestUsers(UsersContract):
    """Run over the stores of the fixture."""
