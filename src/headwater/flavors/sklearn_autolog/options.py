"""The options of scikit-learn's autologging."""

from dataclasses import dataclass
from typing import Any

from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.autolog import Options


@dataclass(frozen=True, kw_only=True)
class SklearnOptions(Options):
    """What `headwater.sklearn.autolog` takes besides the common options."""

    max_tuning_runs: int | None = 5
    log_post_training_metrics: bool = True
    serialization_format: str = "cloudpickle"
    pos_label: Any = None

    def __post_init__(self) -> None:
        if self.max_tuning_runs is not None and self.max_tuning_runs < 0:
            raise InvalidParameterValue(
                f"Invalid value '{self.max_tuning_runs}' for max_tuning_runs. Give 0 or more, or None for all."
            )
