"""Autologging of PyTorch, as Lightning trains it."""

from headwater.flavors.pytorch_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
