"""The options of XGBoost's autologging."""

from dataclasses import dataclass

from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.autolog import Options

FORMATS = ("ubj", "json", "xgb")
IMPORTANCE_TYPES = ("weight", "gain", "cover", "total_gain", "total_cover")


@dataclass(frozen=True, kw_only=True)
class XGBoostOptions(Options):
    """What `headwater.xgboost.autolog` takes besides the common options."""

    importance_types: tuple[str, ...] = ("weight",)
    model_format: str = "ubj"

    def __post_init__(self) -> None:
        if self.model_format not in FORMATS:
            raise InvalidParameterValue(f"Invalid model_format '{self.model_format}'. Use one of {', '.join(FORMATS)}.")
        for name in self.importance_types:
            if name not in IMPORTANCE_TYPES:
                known = ", ".join(IMPORTANCE_TYPES)
                raise InvalidParameterValue(f"Invalid importance type '{name}'. Use some of {known}.")
