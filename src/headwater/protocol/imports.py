"""Imports: experiments, runs and models put into the store as they are elsewhere, with their ids, times and states.

Every verb may be repeated: what is there already stays once. That is what makes an import resumable.
"""

import msgspec

from headwater.protocol.contexts import check_metric_key
from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import CreateExperiment, ExperimentTag, LifecycleStage
from headwater.protocol.inputs import LogInputs, RunInputs, RunOutputs
from headwater.protocol.logged_models import LoggedModel, check_model_name, check_pairs
from headwater.protocol.model_names import (
    check_alias,
    check_model_tag,
    check_model_text,
    check_version,
    parse_stage,
)
from headwater.protocol.model_versions import ModelVersion
from headwater.protocol.names import (
    check_experiment_id,
    check_first_tag,
    check_model_id,
    check_no_nul,
    check_run_id,
    check_step,
    check_timestamp,
    require,
)
from headwater.protocol.registered_models import CreateRegisteredModel, RegisteredModel
from headwater.protocol.runs import Param, RunStatus, RunTag, check_params

MAX_SUMMARIES = 1000
MAX_POINTS_READ = 500_000


class PutExperiment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Put an experiment that was made elsewhere, and give its id here.

    One of the same name is taken: it gets the tags, and the state and times too if its id is the same. Otherwise one
    is made, under the given id unless another has it; an empty `artifact_location` takes the store's default.
    """

    name: str
    experiment_id: str = ""
    artifact_location: str = ""
    lifecycle_stage: LifecycleStage = LifecycleStage.ACTIVE
    creation_time: int = 0
    last_update_time: int = 0
    tags: list[ExperimentTag] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the name, id, location, times and tags are allowed."""
        CreateExperiment(self.name, self.artifact_location, self.tags).check()
        if self.experiment_id:
            check_experiment_id(self.experiment_id)
        check_timestamp("creation_time", self.creation_time)
        check_timestamp("last_update_time", self.last_update_time)


class PutExperimentResponse(msgspec.Struct, frozen=True):
    """The experiment's id here, and whether it is new."""

    experiment_id: str
    is_new: bool


class PointColumns(msgspec.Struct, frozen=True):
    """Points of one key as columns of little-endian values: `steps` and `timestamps` int64, `values` float64."""

    key: str
    steps: bytes
    timestamps: bytes
    values: bytes

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the key is allowed and the columns are equally long."""
        check_metric_key("key", self.key)
        sizes = (len(self.steps), len(self.timestamps), len(self.values))
        if len(set(sizes)) > 1 or sizes[0] % 8:
            raise InvalidParameterValue(f"The columns of metric '{self.key}' have unequal lengths: {sizes} bytes.")


class PutRun(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A run made elsewhere; `experiment_id` is the one here, an empty `artifact_uri` takes the experiment's place."""

    run_id: str
    experiment_id: str
    run_name: str = ""
    user_id: str = ""
    status: RunStatus = RunStatus.FINISHED
    start_time: int = 0
    end_time: int | None = None
    artifact_uri: str = ""
    lifecycle_stage: LifecycleStage = LifecycleStage.ACTIVE
    deleted_time: int | None = None
    params: list[Param] = []
    tags: list[RunTag] = []
    inputs: RunInputs = RunInputs()
    outputs: RunOutputs = RunOutputs()
    series: list[PointColumns] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless ids, times, texts and points are allowed; texts may have any length."""
        check_run_id(self.run_id)
        check_experiment_id(self.experiment_id)
        for name in ("start_time", "end_time", "deleted_time"):
            check_timestamp(name, getattr(self, name) or 0)
        for name in ("run_name", "user_id", "artifact_uri"):
            check_no_nul(name, getattr(self, name))
        check_params(self.params)
        for index, tag in enumerate(self.tags):
            check_first_tag(f"tags[{index}].key", tag.key)
            check_no_nul(f"tags[{index}].value", tag.value)
        LogInputs(self.run_id, self.inputs.dataset_inputs, self.inputs.model_inputs).check()
        for index, model in enumerate(self.outputs.model_outputs):
            check_model_id(model.model_id)
            check_step(f"model_outputs[{index}].step", model.step)
        for columns in self.series:
            columns.check()
        if len({columns.key for columns in self.series}) < len(self.series):
            raise InvalidParameterValue(f"Run '{self.run_id}' has two series of one key. Put them into one.")


class PutRuns(msgspec.Struct, frozen=True):
    """Put runs with params, tags, inputs, outputs and points in one transaction.

    A run that exists takes over what is given and keeps the rest; a point that exists stays once. A long run may come
    in several requests, each with a part of its points.
    """

    runs: list[PutRun]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless every run is allowed."""
        for run in self.runs:
            run.check()


class PutRunsResponse(msgspec.Struct, frozen=True):
    """How many of the runs are new."""

    created: int


class SummarizeRuns(msgspec.Struct, frozen=True):
    """Sum up the points of up to 1,000 runs, series by series; runs that do not exist are left out."""

    run_ids: list[str]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the ids are run ids and not too many."""
        if len(self.run_ids) > MAX_SUMMARIES:
            raise InvalidParameterValue(
                f"At most {MAX_SUMMARIES} runs can be summed up at once; got {len(self.run_ids)}."
            )
        for run_id in self.run_ids:
            check_run_id(run_id)


class SeriesSummary(msgspec.Struct, frozen=True):
    """The number of distinct points of a key, and the BLAKE2b-128 of their columns, ordered by (step, time, value)."""

    key: str
    count: int
    digest: str


class RunSummary(msgspec.Struct, frozen=True):
    """A run's series, by key."""

    run_id: str
    series: list[SeriesSummary]


class SummarizeRunsResponse(msgspec.Struct, frozen=True):
    """The runs that exist, in the order asked for."""

    runs: list[RunSummary]


class ReadPoints(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read a stretch of a series, ordered by timestamp, step, value, exactly and as columns."""

    run_id: str
    key: str
    start: int = 0
    limit: int = MAX_POINTS_READ

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the series is named and the stretch is allowed."""
        check_run_id(self.run_id)
        require("key", self.key)
        if self.start < 0 or not 1 <= self.limit <= MAX_POINTS_READ:
            raise InvalidParameterValue(
                f"Invalid stretch: start '{self.start}', limit '{self.limit}' (1 to {MAX_POINTS_READ})."
            )


class ReadPointsResponse(msgspec.Struct, frozen=True):
    """The points asked for, and how many the series has in all."""

    points: PointColumns
    total: int


class PutLoggedModel(msgspec.Struct, frozen=True, omit_defaults=True):
    """Put a logged model made elsewhere, under its own id, with params, tags and points.

    Its experiment is the one here, and the runs that its points name must be here. An empty `artifact_uri` takes the
    experiment's place. A model that exists takes over what is given and keeps the rest; a point that exists stays once.
    """

    model: LoggedModel
    lifecycle_stage: LifecycleStage = LifecycleStage.ACTIVE

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless ids, name, times, texts and points are allowed."""
        info, data = self.model.info, self.model.data
        check_model_id(info.model_id)
        check_experiment_id(info.experiment_id)
        check_model_name(require("name", info.name))
        check_timestamp("creation_timestamp_ms", info.creation_timestamp_ms)
        check_timestamp("last_updated_timestamp_ms", info.last_updated_timestamp_ms)
        for name in ("artifact_uri", "model_type", "source_run_id"):
            check_no_nul(name, getattr(info, name))
        check_pairs("params", data.params)
        check_pairs("tags", info.tags)
        for index, metric in enumerate(data.metrics):
            check_metric_key(f"metrics[{index}].key", metric.key)
            check_step(f"metrics[{index}].step", metric.step)
            check_timestamp(f"metrics[{index}].timestamp", metric.timestamp)
            check_run_id(metric.run_id)
            check_no_nul("dataset_name", metric.dataset_name)
            check_no_nul("dataset_digest", metric.dataset_digest)


class PutVersion(msgspec.Struct, frozen=True, omit_defaults=True):
    """A version made elsewhere; `location` is where its files are now, if that is not what its source says."""

    version: ModelVersion
    location: str = ""


class PutModel(msgspec.Struct, frozen=True, omit_defaults=True):
    """Put a registered model with its tags, aliases and versions, which keep their numbers, stages and times.

    A model of the same name is taken if it was made at the same time, and refused if it was not: it is another one.
    `last_version` is the highest number ever given, also to a version that is deleted.
    """

    model: RegisteredModel
    versions: list[PutVersion] = []
    last_version: int = 0

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless names, texts, numbers, stages and times are allowed."""
        CreateRegisteredModel(self.model.name, self.model.tags, self.model.description or "").check()
        check_timestamp("creation_timestamp", self.model.creation_timestamp)
        check_timestamp("last_updated_timestamp", self.model.last_updated_timestamp)
        for alias in self.model.aliases:
            check_alias(alias.alias)
            if alias.version not in {put.version.version for put in self.versions}:
                raise InvalidParameterValue(
                    f"Alias '{alias.alias}' points at version '{alias.version}', which is not among the versions given."
                )
        for put in self.versions:
            version = put.version
            check_version(version.version)
            parse_stage(version.current_stage)
            check_timestamp("creation_timestamp", version.creation_timestamp)
            check_timestamp("last_updated_timestamp", version.last_updated_timestamp)
            for name in ("source", "run_id", "run_link", "status_message", "model_id"):
                check_no_nul(name, getattr(version, name))
            check_no_nul("location", put.location)
            check_model_text("description", version.description)
            for tag in version.tags:
                check_model_tag(tag.key, tag.value)


PUT_LOGGED_MODEL = Endpoint(
    resource="imports",
    verb="put_logged_model",
    methods=("POST",),
    path="imports/logged-model",
    request=PutLoggedModel,
    response=Empty,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
PUT_MODEL = Endpoint(
    resource="imports",
    verb="put_model",
    methods=("POST",),
    path="imports/model",
    request=PutModel,
    response=Empty,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
PUT_EXPERIMENT = Endpoint(
    resource="imports",
    verb="put_experiment",
    methods=("POST",),
    path="imports/experiment",
    request=PutExperiment,
    response=PutExperimentResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
PUT_RUNS = Endpoint(
    resource="imports",
    verb="put_runs",
    methods=("POST",),
    path="imports/runs",
    request=PutRuns,
    response=PutRunsResponse,
    permission=Permission.ADMIN,
    bases=NATIVE_BASE,
)
SUMMARIZE = Endpoint(
    resource="imports",
    verb="summarize",
    methods=("POST",),
    path="imports/summarize",
    request=SummarizeRuns,
    response=SummarizeRunsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
READ_POINTS = Endpoint(
    resource="imports",
    verb="read_points",
    methods=("POST",),
    path="points/read",
    request=ReadPoints,
    response=ReadPointsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (PUT_EXPERIMENT, PUT_RUNS, PUT_LOGGED_MODEL, PUT_MODEL, SUMMARIZE, READ_POINTS)
