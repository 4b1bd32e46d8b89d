"""The options of Spark ML's autologging."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.autolog import Options


@dataclass(frozen=True, kw_only=True)
class SparkOptions(Options):
    """What `headwater.pyspark.ml.autolog` takes besides the common options."""

    log_post_training_metrics: bool = True
    log_model_allowlist: str | Path | Sequence[str] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.log_model_allowlist, str | Path) and not Path(self.log_model_allowlist).is_file():
            raise InvalidParameterValue(
                f"There is no file '{self.log_model_allowlist}' for log_model_allowlist. Name one, or give a list."
            )

    def allows(self, model_class: str) -> bool:
        """Return whether models of a class are to be kept: all are, without a list."""
        if self.log_model_allowlist is None:
            return True
        listed = self.log_model_allowlist
        if isinstance(listed, str | Path):
            listed = Path(listed).read_text(encoding="utf-8").splitlines()
        names = [name.strip() for name in listed if name.strip() and not name.strip().startswith("#")]
        return any(
            model_class.startswith(name.removesuffix("*")) if name.endswith("*") else model_class == name
            for name in names
        )
