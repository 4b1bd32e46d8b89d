"""Autologging of statsmodels."""

from headwater.flavors.statsmodels_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
