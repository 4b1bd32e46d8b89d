"""What the user holds: runs and experiments with plain dicts, printed so that a person can read them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any

import msgspec

from headwater.protocol import experiments as wire_experiments
from headwater.protocol import runs as wire_runs
from headwater.protocol.inputs import RunInputs, RunOutputs
from headwater.protocol.runs import RunInfo

PARENT_RUN_TAG = "mlflow.parentRunId"
USER_TAG = "mlflow.user"


@dataclass(frozen=True)
class RunData:
    """The latest value of each metric, the params and the tags, by key."""

    metrics: dict[str, float] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def to_dictionary(self) -> dict[str, dict[str, float] | dict[str, str]]:
        """Return the same as plain dicts."""
        return {"metrics": dict(self.metrics), "params": dict(self.params), "tags": dict(self.tags)}


@dataclass(frozen=True, repr=False)
class Run:
    """A run as it was when it was read.

    Example:
        >>> run = hw.get_run(run_id)
        >>> run.info.status, run.data.metrics["accuracy"]
        ('FINISHED', 0.97)
    """

    info: RunInfo
    data: RunData = field(default_factory=RunData)
    inputs: RunInputs = field(default_factory=RunInputs)
    outputs: RunOutputs = field(default_factory=RunOutputs)

    def to_dictionary(self) -> dict[str, Any]:
        """Return the run as plain dicts."""
        info = {name: getattr(self.info, name) for name in self.info.__struct_fields__}
        return {
            "info": {**info, "status": str(self.info.status)},
            "data": self.data.to_dictionary(),
            "inputs": msgspec.to_builtins(self.inputs),
            "outputs": msgspec.to_builtins(self.outputs),
        }

    def __repr__(self) -> str:
        name = f"{self.info.run_name!r} " if self.info.run_name else ""
        numbers = ", ".join(f"{key}={value:g}" for key, value in list(self.data.metrics.items())[:4])
        return f"<Run {name}{self.info.run_id} {self.info.status}{' ' + numbers if numbers else ''}>"

    def _repr_html_(self) -> str:
        facts = {
            "run": f"{self.info.run_name} ({self.info.run_id})",
            "status": str(self.info.status),
            "started": _format_time(self.info.start_time),
            "ended": _format_time(self.info.end_time),
        }
        parts = [_table("", facts)]
        parts += [_table("metrics", self.data.metrics), _table("params", self.data.params)]
        parts += [_table("tags", {key: value for key, value in self.data.tags.items() if "." not in key})]
        return "".join(parts)


@dataclass(frozen=True, repr=False)
class Experiment:
    """An experiment as it was when it was read; times are milliseconds since 1970."""

    experiment_id: str
    name: str
    artifact_location: str = ""
    lifecycle_stage: str = "active"
    creation_time: int | None = None
    last_update_time: int | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        deleted = " deleted" if self.lifecycle_stage == "deleted" else ""
        return f"<Experiment {self.name!r} {self.experiment_id}{deleted}>"

    def _repr_html_(self) -> str:
        facts = {
            "experiment": f"{self.name} ({self.experiment_id})",
            "created": _format_time(self.creation_time),
            "artifacts": self.artifact_location,
        }
        return _table("", facts) + _table("tags", self.tags)


def run_from_wire(run: wire_runs.Run) -> Run:
    """Return the user's view of a run."""
    data = RunData(
        {metric.key: metric.value for metric in run.data.metrics},
        {param.key: param.value for param in run.data.params},
        {tag.key: tag.value for tag in run.data.tags},
    )
    return Run(run.info, data, run.inputs, run.outputs)


def experiment_from_wire(experiment: wire_experiments.Experiment) -> Experiment:
    """Return the user's view of an experiment."""
    return Experiment(
        experiment_id=experiment.experiment_id,
        name=experiment.name,
        artifact_location=experiment.artifact_location,
        lifecycle_stage=str(experiment.lifecycle_stage),
        creation_time=experiment.creation_time,
        last_update_time=experiment.last_update_time,
        tags={tag.key: tag.value for tag in experiment.tags},
    )


def _format_time(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _table(title: str, facts: "dict[str, float] | dict[str, str]") -> str:
    if not facts:
        return ""
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(key)}</th><td>{escape(str(value))}</td></tr>"
        for key, value in facts.items()
    )
    caption = f"<caption style='text-align:left'>{title}</caption>" if title else ""
    return f"<table>{caption}{rows}</table>"
