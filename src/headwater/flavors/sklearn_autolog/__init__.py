"""Autologging of scikit-learn."""

from headwater.flavors.sklearn_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
