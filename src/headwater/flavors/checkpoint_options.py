"""The options of autologging that keeps checkpoints."""

from dataclasses import dataclass

from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.autolog import Options


@dataclass(frozen=True, kw_only=True)
class CheckpointOptions(Options):
    """Whether and when a training's checkpoints are kept."""

    checkpoint: bool = True
    checkpoint_monitor: str = "val_loss"
    checkpoint_mode: str = "min"
    checkpoint_save_best_only: bool = True
    checkpoint_save_weights_only: bool = False
    checkpoint_save_freq: str | int = "epoch"

    def __post_init__(self) -> None:
        if self.checkpoint_mode not in {"min", "max"}:
            raise InvalidParameterValue(f"Invalid checkpoint_mode '{self.checkpoint_mode}'. Use 'min' or 'max'.")
        if self.checkpoint_save_freq != "epoch":
            check_count("checkpoint_save_freq", self.checkpoint_save_freq, "or 'epoch'")


def check_count(name: str, value: object, otherwise: str = "or leave it out") -> None:
    """Raise `InvalidParameterValue` unless an option is a number from 1."""
    if not isinstance(value, int) or value < 1:
        raise InvalidParameterValue(f"Invalid value '{value}' for {name}. Give a number from 1, {otherwise}.")
