"""The options of PyTorch's autologging."""

from dataclasses import dataclass

from headwater.flavors.checkpoint_options import CheckpointOptions, check_count


@dataclass(frozen=True, kw_only=True)
class PytorchOptions(CheckpointOptions):
    """What `headwater.pytorch.autolog` takes besides the common options."""

    log_every_n_epoch: int = 1
    log_every_n_step: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count("log_every_n_epoch", self.log_every_n_epoch)
        if self.log_every_n_step is not None:
            check_count("log_every_n_step", self.log_every_n_step)
