"""The options of PaddlePaddle's autologging."""

from dataclasses import dataclass

from headwater.flavors.checkpoint_options import check_count
from headwater.tracking.autolog import Options


@dataclass(frozen=True, kw_only=True)
class PaddleOptions(Options):
    """What `headwater.paddle.autolog` takes besides the common options."""

    log_every_n_epoch: int = 1

    def __post_init__(self) -> None:
        check_count("log_every_n_epoch", self.log_every_n_epoch)
