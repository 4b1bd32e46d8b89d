"""Autologging of Keras."""

from headwater.flavors.keras_autolog.callback import MlflowCallback
from headwater.flavors.keras_autolog.verb import autolog, configure_generally

__all__ = ["MlflowCallback", "autolog", "configure_generally"]
