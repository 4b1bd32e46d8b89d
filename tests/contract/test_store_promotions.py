"""Every store keeps the contract of requests for promotions."""

from headwater.testing.contract_promotions import PromotionsContract


class TestPromotions(PromotionsContract):
    """Run over the stores of the fixture."""
