"""The options of Keras' autologging."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from headwater.flavors.checkpoint_options import CheckpointOptions, check_count


@dataclass(frozen=True, kw_only=True)
class KerasOptions(CheckpointOptions):
    """What `headwater.keras.autolog` takes besides the common options.

    Attributes:
        optimizer_prefix: before the names of the params of an optimizer.
        checkpoint_suffix: of the files of whole models.
        has_tensorboard: keep logs for TensorBoard.
    """

    optimizer_prefix: ClassVar[str] = "optimizer"
    checkpoint_suffix: ClassVar[str] = ".keras"
    has_tensorboard: ClassVar[bool] = False

    log_every_epoch: bool = True
    log_every_n_steps: int | None = None
    save_exported_model: bool = False
    save_model_kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.log_every_n_steps is not None:
            check_count("log_every_n_steps", self.log_every_n_steps)
