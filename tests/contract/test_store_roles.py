"""Every store keeps the contract of roles and grants."""

from headwater.testing.contract_roles import RolesContract


class TestRoles(RolesContract):
    """Run over the stores of the fixture."""
