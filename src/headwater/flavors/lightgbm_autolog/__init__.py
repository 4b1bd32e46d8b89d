"""Autologging of LightGBM."""

from headwater.flavors.lightgbm_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
