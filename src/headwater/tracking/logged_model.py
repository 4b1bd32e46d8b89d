"""What the user holds of a logged model."""

import enum
from dataclasses import dataclass, field, fields
from typing import Any

from headwater.protocol import logged_models as wire
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.metrics import Metric


class LoggedModelStatus(enum.StrEnum):
    """Whether a logged model's files are complete."""

    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"

    @staticmethod
    def is_finalized(status: "str | LoggedModelStatus") -> bool:
        """Return whether the status will not change by itself."""
        return parse_model_status(status) is not LoggedModelStatus.PENDING

    @classmethod
    def from_int(cls, number: int) -> "LoggedModelStatus":
        """Return the status with MLflow's number, from 1 to 3."""
        members = list(cls)
        if not 1 <= number <= len(members):
            raise InvalidParameterValue(f"Invalid status '{number}'. Use 1 (pending), 2 (ready) or 3 (failed).")
        return members[number - 1]

    def to_int(self) -> int:
        """Return MLflow's number."""
        return list(LoggedModelStatus).index(self) + 1


@dataclass(frozen=True)
class LoggedModel:
    """A logged model as it was when it was read; times are milliseconds since 1970.

    Example:
        >>> model = hw.get_logged_model(model_id)
        >>> model.name, model.status, model.params["depth"]
        ('forest', 'READY', '6')
    """

    experiment_id: str
    model_id: str
    name: str
    artifact_location: str
    creation_timestamp: int
    last_updated_timestamp: int
    model_type: str = ""
    source_run_id: str = ""
    status: LoggedModelStatus = LoggedModelStatus.READY
    status_message: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    metrics: list[Metric] = field(default_factory=list)

    @property
    def model_uri(self) -> str:
        """Return the URI by which the model is loaded."""
        return f"models:/{self.model_id}"

    def to_dictionary(self) -> dict[str, Any]:
        """Return the same as a plain dict."""
        return {name: getattr(self, name) for name in sorted(item.name for item in fields(LoggedModel))}

    def _repr_html_(self) -> str:
        from html import escape  # loaded by notebooks only

        facts = {"model": f"{self.name} ({self.model_id})", "type": self.model_type, "status": str(self.status)}
        facts |= {f"params.{key}": value for key, value in self.params.items()}
        facts |= {f"metrics.{metric.key}": f"{metric.value:g}" for metric in self.metrics}
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(key)}</th><td>{escape(value)}</td></tr>"
            for key, value in facts.items()
        )
        return f"<table>{rows}</table>"


def parse_model_status(status: str | LoggedModelStatus) -> LoggedModelStatus:
    """Return the status with this name."""
    try:
        return LoggedModelStatus(status)
    except ValueError as error:
        raise InvalidParameterValue(
            f"Invalid model status '{status}'. Use one of {', '.join(LoggedModelStatus)}."
        ) from error


def model_from_wire(model: wire.LoggedModel) -> LoggedModel:
    """Return the user's view of a model."""
    info = model.info
    return LoggedModel(
        experiment_id=info.experiment_id,
        model_id=info.model_id,
        name=info.name,
        artifact_location=info.artifact_uri,
        creation_timestamp=info.creation_timestamp_ms,
        last_updated_timestamp=info.last_updated_timestamp_ms,
        model_type=info.model_type,
        source_run_id=info.source_run_id,
        status=LoggedModelStatus[info.status.name],
        tags={tag.key: tag.value for tag in info.tags},
        params={param.key: param.value for param in model.data.params},
        metrics=model.data.metrics,
    )
