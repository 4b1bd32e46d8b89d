"""The options of Keras' autologging."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headwater.flavors.checkpoint_options import CheckpointOptions, check_count


@dataclass(frozen=True, kw_only=True)
class KerasOptions(CheckpointOptions):
    """What `headwater.keras.autolog` takes besides the common options."""

    log_every_epoch: bool = True
    log_every_n_steps: int | None = None
    save_exported_model: bool = False
    save_model_kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.log_every_n_steps is not None:
            check_count("log_every_n_steps", self.log_every_n_steps)
