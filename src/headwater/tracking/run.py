"""What the user holds: runs and experiments with plain dicts, printed so that a person can read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from headwater.protocol import experiments as wire_experiments
from headwater.protocol import runs as wire_runs
from headwater.protocol.inputs import RunInputs, RunOutputs
from headwater.protocol.runs import RunInfo

PARENT_RUN_TAG = "mlflow.parentRunId"
USER_TAG = "mlflow.user"
SYSTEM_METRICS = "system/"
"""What the names of metrics about the machine begin with."""


@dataclass(frozen=True)
class RunData:
    """The latest value of each metric, the params and the tags, by key.

    A metric in a context stands beside the metric itself, as `loss{split="val"}`. Lists of `Metric`, `Param` and
    `RunTag` are taken, too.
    """

    metrics: dict[str, float] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("metrics", "params", "tags"):
            _take_pairs(self, name)

    def __iter__(self) -> Iterator[tuple[str, dict[str, float] | dict[str, str]]]:
        return iter((("metrics", self.metrics), ("params", self.params), ("tags", self.tags)))

    def to_dictionary(self) -> dict[str, dict[str, float] | dict[str, str]]:
        """Return the same as plain dicts."""
        return {kind: dict(values) for kind, values in self}  # type: ignore[misc]  # dict() of either kind


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

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((part, getattr(self, part)) for part in ("info", "data", "inputs", "outputs"))

    def to_dictionary(self) -> dict[str, Any]:
        """Return the run as plain dicts."""
        return {part: value.to_dictionary() for part, value in self}

    def __repr__(self) -> str:
        name = f"{self.info.run_name!r} " if self.info.run_name else ""
        numbers = ", ".join(f"{key}={value:g}" for key, value in list(own_metrics(self.data.metrics).items())[:4])
        return f"<Run {name}{self.info.run_id} {self.info.status}{' ' + numbers if numbers else ''}>"

    def _repr_html_(self) -> str:
        from headwater.tracking.notebook import show_run  # loaded in notebooks only

        return show_run(self)


@dataclass(frozen=True, repr=False)
class Experiment:
    """An experiment as it was when it was read; times are milliseconds since 1970."""

    experiment_id: str
    name: str
    artifact_location: str = ""
    lifecycle_stage: str = "active"
    tags: dict[str, str] = field(default_factory=dict)
    creation_time: int | None = None
    last_update_time: int | None = None

    DEFAULT_EXPERIMENT_NAME: ClassVar = "Default"

    def __post_init__(self) -> None:
        _take_pairs(self, "tags")

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((item.name, getattr(self, item.name)) for item in fields(self))

    def to_dictionary(self) -> dict[str, Any]:
        """Return the experiment as plain data."""
        return {**dict(self), "tags": dict(self.tags)}

    def __repr__(self) -> str:
        deleted = " deleted" if self.lifecycle_stage == "deleted" else ""
        return f"<Experiment {self.name!r} {self.experiment_id}{deleted}>"

    def _repr_html_(self) -> str:
        from headwater.tracking.notebook import show_experiment  # loaded in notebooks only

        return show_experiment(self)


def _take_pairs(owner: object, name: str) -> None:
    """Make a dict of what was given as a list of pairs, as MLflow's entities are made."""
    value = getattr(owner, name)
    if not isinstance(value, dict):
        object.__setattr__(owner, name, {pair.key: pair.value for pair in value or ()})


def own_metrics(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics that are about the run and not about its machine."""
    return {key: value for key, value in metrics.items() if not key.startswith(SYSTEM_METRICS)}


def run_from_wire(run: wire_runs.Run) -> Run:
    """Return the user's view of a run."""
    data = RunData(
        {metric.key: metric.value for metric in (*run.data.metrics, *run.data.contexts)},
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
