"""Every store keeps the contract of grants and roles in MLflow's words."""

from headwater.testing.contract_permissions import PermissionsContract


class TestPermissions(PermissionsContract):
    """Run over the stores of the fixture."""
