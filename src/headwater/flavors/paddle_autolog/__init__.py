"""Autologging of PaddlePaddle."""

from headwater.flavors.paddle_autolog.verb import autolog, configure_generally

__all__ = ["autolog", "configure_generally"]
