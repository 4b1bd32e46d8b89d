"""Autologging of TensorFlow's Keras."""

from headwater.flavors.tensorflow_autolog.callback import MlflowCallback
from headwater.flavors.tensorflow_autolog.verb import autolog

__all__ = ["MlflowCallback", "autolog"]
