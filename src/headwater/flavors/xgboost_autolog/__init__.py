"""Autologging of XGBoost."""

from headwater.flavors.xgboost_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
