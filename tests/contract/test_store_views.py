"""Every store keeps the contract of saved views."""

from headwater.testing.contract_views import ViewsContract


class TestViews(ViewsContract):
    """Run over the stores of the fixture."""
