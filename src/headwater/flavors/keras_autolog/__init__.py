"""Autologging of Keras."""

from headwater.flavors.keras_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
