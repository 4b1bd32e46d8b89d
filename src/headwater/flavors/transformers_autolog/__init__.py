"""Autologging of the trainings of Transformers."""

from headwater.flavors.transformers_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
