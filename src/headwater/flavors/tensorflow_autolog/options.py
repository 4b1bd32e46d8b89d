"""The options of TensorFlow's autologging."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from headwater.flavors.keras_autolog.options import KerasOptions


@dataclass(frozen=True, kw_only=True)
class TensorflowOptions(KerasOptions):
    """What `headwater.tensorflow.autolog` takes besides the common options: those of Keras under other names."""

    saved_model_kwargs: Mapping[str, Any] = field(default_factory=dict)
    keras_model_kwargs: Mapping[str, Any] = field(default_factory=dict)
    optimizer_prefix: ClassVar[str] = "opt"
    checkpoint_suffix: ClassVar[str] = ".h5"
    has_tensorboard: ClassVar[bool] = True
