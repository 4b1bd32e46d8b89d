"""What the autologging of gradient boosting has in common: rounds, importances, data and estimators."""

from headwater.flavors.boosting.options import configure_boosting

__all__ = ["configure_boosting"]
