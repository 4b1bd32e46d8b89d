"""What every store does with runs from elsewhere. Subclass in a test module that has a fixture `store`."""

import hashlib
import math
import struct

import msgspec
import pytest

from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import (
    CreateExperiment,
    Experiment,
    ExperimentTag,
    GetExperiment,
    LifecycleStage,
)
from headwater.protocol.imports import (
    PointColumns,
    PutExperiment,
    PutModel,
    PutRun,
    PutRuns,
    PutRunsResponse,
    PutVersion,
    ReadPoints,
    SummarizeRuns,
)
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, ModelInput, ModelOutput, RunInputs, RunOutputs
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.model_versions import (
    CreateModelVersion,
    GetDownloadUri,
    GetModelVersion,
    ModelVersion,
    ModelVersionStatus,
    ModelVersionTag,
)
from headwater.protocol.registered_models import (
    CreateRegisteredModel,
    GetRegisteredModel,
    RegisteredModel,
    RegisteredModelAlias,
    RegisteredModelTag,
)
from headwater.protocol.runs import LogMetric, Param, RunInfo, RunStatus, RunTag
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, make_experiment

RUN_ID = "0123456789abcdef0123456789abcdef"
LONG = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(250))  # no database can pack it


def columns(key: str, *points: tuple[int, int, float]) -> PointColumns:
    """Return points given as (step, timestamp, value)."""
    count = len(points)
    steps, times, values = zip(*points, strict=True) if points else ((), (), ())
    return PointColumns(
        key, struct.pack(f"<{count}q", *steps), struct.pack(f"<{count}q", *times), struct.pack(f"<{count}d", *values)
    )


def _rich_run(experiment_id: str) -> PutRun:
    return PutRun(
        run_id=RUN_ID,
        experiment_id=experiment_id,
        run_name="rich",
        user_id="ada",
        status=RunStatus.KILLED,
        start_time=11,
        end_time=22,
        artifact_uri="s3://bucket/rich",
        lifecycle_stage=LifecycleStage.DELETED,
        deleted_time=33,
        params=[Param("long", LONG), Param("rate", "0.1")],
        tags=[RunTag("mlflow.note.content", LONG)],
        inputs=RunInputs(
            [DatasetInput(Dataset("wine", "1", "local", "{}"), [InputTag("a", "b")])], [ModelInput("m-1")]
        ),
        outputs=RunOutputs([ModelOutput("m-2", 7)]),
        series=[columns("loss", (-1, 5, math.inf), (0, 5, -0.0), (0, 5, 0.0), (3, 1, 1e-300))],
    )


class ImportsContract:
    """What was made elsewhere is here as it was there, and what is repeated changes nothing."""

    def test_an_experiment_keeps_its_id_times_and_state(self, store: Store) -> None:
        """As far as its id is free."""
        request = PutExperiment(
            "old", "123456789012345678", "s3://bucket", LifecycleStage.DELETED, 5, 6, [ExperimentTag("a", "1")]
        )

        answer = store.imports.put_experiment(request)
        again = store.imports.put_experiment(request)

        assert (answer.experiment_id, answer.is_new, again.is_new) == ("123456789012345678", True, False)
        assert store.experiments.get(GetExperiment(answer.experiment_id)).experiment == Experiment(
            "123456789012345678", "old", "s3://bucket", LifecycleStage.DELETED, 6, 5, [ExperimentTag("a", "1")]
        )

    def test_a_taken_id_is_replaced_and_a_taken_name_is_the_same_experiment(self, store: Store) -> None:
        """Nothing that was here is overwritten."""
        mine = store.experiments.create(CreateExperiment("mine")).experiment_id

        other = store.imports.put_experiment(PutExperiment("other", mine))
        same = store.imports.put_experiment(PutExperiment("mine", "999", tags=[ExperimentTag("t", "1")]))

        found = store.experiments.get(GetExperiment(mine)).experiment
        assert other.is_new
        assert other.experiment_id != mine
        assert same.experiment_id == mine
        assert (found.lifecycle_stage, found.tags) == (LifecycleStage.ACTIVE, [ExperimentTag("t", "1")])

    def test_new_experiments_get_ids_that_no_imported_one_has(self, store: Store) -> None:
        """Also right after the greatest id."""
        imported = store.imports.put_experiment(PutExperiment("old", "500")).experiment_id

        created = [store.experiments.create(CreateExperiment(f"new {number}")).experiment_id for number in range(3)]

        assert imported == "500"
        assert len({imported, *created}) == 4

    def test_a_run_is_here_as_it_was_there(self, store: Store) -> None:
        """Texts of any length, every point bit by bit, inputs and outputs, the trash."""
        experiment_id = make_experiment(store)

        answer = store.imports.put_runs(PutRuns([_rich_run(experiment_id)]))

        run = get_run(store, RUN_ID)
        assert answer == PutRunsResponse(1)
        assert run.info == RunInfo(
            RUN_ID, experiment_id, "rich", "ada", RunStatus.KILLED, 11, "s3://bucket/rich", LifecycleStage.DELETED,
            RUN_ID, 22,
        )  # fmt: skip
        assert run.data.params == [Param("long", LONG), Param("rate", "0.1")]
        assert run.data.tags == [RunTag("mlflow.note.content", LONG)]
        assert (run.inputs, run.outputs) == (_rich_run("1").inputs, _rich_run("1").outputs)
        assert run.data.metrics == [Metric("loss", 1e-300, 1, 3)]
        history = store.metrics.get_history(GetHistory("loss", RUN_ID)).metrics
        assert [(m.step, m.timestamp, repr(m.value)) for m in history] == [
            (3, 1, "1e-300"),
            (-1, 5, "inf"),
            (0, 5, "-0.0"),
            (0, 5, "0.0"),
        ]

    def test_a_repeated_request_changes_nothing(self, store: Store) -> None:
        """Not one point more."""
        request = PutRuns([_rich_run(make_experiment(store))])
        store.imports.put_runs(request)
        before = get_run(store, RUN_ID), store.imports.summarize(SummarizeRuns([RUN_ID]))

        answer = store.imports.put_runs(request)

        assert answer == PutRunsResponse(0)
        assert (get_run(store, RUN_ID), store.imports.summarize(SummarizeRuns([RUN_ID]))) == before

    def test_a_run_that_exists_takes_over_what_is_new(self, store: Store) -> None:
        """And keeps what only it has."""
        run = msgspec.structs.replace(_rich_run(make_experiment(store)), lifecycle_stage=LifecycleStage.ACTIVE)
        store.imports.put_runs(PutRuns([run]))
        store.runs.log_metric(LogMetric(run_id=RUN_ID, key="loss", value=9.0, timestamp=50, step=2))
        later = msgspec.structs.replace(
            run,
            status=RunStatus.FINISHED,
            params=[Param("rate", "0.2")],
            tags=[],
            series=[columns("loss", (10, 60, 8.0)), columns("other", (1, 1, 1.0))],
        )

        store.imports.put_runs(PutRuns([later]))

        found = get_run(store, RUN_ID)
        assert found.info.status is RunStatus.FINISHED
        assert [(param.key, param.value[:3]) for param in found.data.params] == [("long", LONG[:3]), ("rate", "0.2")]
        assert len(found.data.tags) == 1
        assert [(m.key, m.value) for m in found.data.metrics] == [("loss", 8.0), ("other", 1.0)]
        assert len(store.metrics.get_history(GetHistory("loss", RUN_ID)).metrics) == 6

    def test_summaries_tell_series_apart_by_every_bit(self, store: Store) -> None:
        """And do not depend on the order in which points came."""
        experiment_id = make_experiment(store)
        points = [(step, step * 7, step / 3) for step in range(3000)]
        variants = {"a" * 32: points, "b" * 32: points[::-1], "c" * 32: [*points[:-1], (2999, 2999 * 7, 999.0)]}
        for run_id, some in variants.items():
            run = PutRun(run_id=run_id, experiment_id=experiment_id, series=[columns("m", *some)])
            store.imports.put_runs(PutRuns([run]))

        answer = store.imports.summarize(SummarizeRuns([*variants, "absent"]))

        assert [run.run_id for run in answer.runs] == list(variants)
        same, reversed_, other = (run.series[0] for run in answer.runs)
        assert (same.key, same.count, other.count) == ("m", 3000, 3000)
        assert same == reversed_
        assert other.digest != same.digest

    def test_points_are_read_in_stretches(self, store: Store) -> None:
        """In the order of time, exactly."""
        run = PutRun(
            run_id=RUN_ID,
            experiment_id=make_experiment(store),
            series=[columns("m", *((s, 99 - s, s) for s in range(9)))],
        )
        store.imports.put_runs(PutRuns([run]))

        first = store.imports.read_points(ReadPoints(RUN_ID, "m", limit=5))
        rest = store.imports.read_points(ReadPoints(RUN_ID, "m", start=5))
        none = store.imports.read_points(ReadPoints(RUN_ID, "absent"))

        assert (first.total, rest.total, none.total) == (9, 9, 0)
        assert struct.unpack("<5q", first.points.steps) == (8, 7, 6, 5, 4)
        assert struct.unpack("<4d", rest.points.values) == (3.0, 2.0, 1.0, 0.0)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"run_id": "a/b"}, "Invalid run ID: 'a/b'…"),
            ({"start_time": -1}, "Invalid value -1 for parameter 'start_time' supplied…"),
            ({"params": [Param("a*", "1")]}, 'Invalid value "a*" for parameter…'),
            ({"series": [PointColumns("m", b"12345678", b"", b"")]}, "The columns of metric 'm' have unequal lengths…"),
            ({"series": [columns("m", (0, -5, 1.0))]}, "A point of metric 'm' has the timestamp '-5'…"),
            ({"series": [columns("m"), columns("m")]}, f"Run '{RUN_ID}' has two series of one key…"),
        ],
    )
    def test_what_is_not_allowed_is_refused(self, store: Store, change: dict[str, object], message: str) -> None:
        """With the whole request."""
        run = msgspec.structs.replace(PutRun(run_id=RUN_ID, experiment_id=make_experiment(store)), **change)

        with expect_error(InvalidParameterValue, message):
            store.imports.put_runs(PutRuns([run]))

        assert store.imports.summarize(SummarizeRuns([RUN_ID])).runs == []

    def test_a_run_needs_its_experiment(self, store: Store) -> None:
        """It is not made up."""
        with expect_error(ResourceDoesNotExist, "No Experiment with id=777 exists"):
            store.imports.put_runs(PutRuns([PutRun(run_id=RUN_ID, experiment_id="777")]))


def _model() -> PutModel:
    versions = [
        PutVersion(
            ModelVersion(
                name="wine",
                version=str(number),
                creation_timestamp=100 + number,
                last_updated_timestamp=200 + number,
                current_stage=stage,
                description=None if number == 1 else "better",
                source=f"runs:/{RUN_ID}/model",
                run_id=RUN_ID,
                status=ModelVersionStatus.READY,
                tags=[ModelVersionTag("k", str(number))],
                run_link="",
            )
        )
        for number, stage in ((1, "Archived"), (3, "Production"))
    ]
    model = RegisteredModel(
        "wine", 10, 20, "about", [], [RegisteredModelTag("team", "a")], [RegisteredModelAlias("champion", "3")]
    )
    return PutModel(model, versions, last_version=5)


class ImportModelsContract:
    """Registered models keep their numbers, stages, aliases and times."""

    def test_a_model_is_here_as_it_was_there(self, store: Store) -> None:
        """The next version gets a number that was never given."""
        run = PutRun(run_id=RUN_ID, experiment_id=make_experiment(store), artifact_uri="mlflow-artifacts:/1/x")
        store.imports.put_runs(PutRuns([run]))

        store.imports.put_model(_model())
        store.imports.put_model(_model())

        model = store.registered_models.get(GetRegisteredModel("wine")).registered_model
        found = [store.model_versions.get(GetModelVersion("wine", number)).model_version for number in ("1", "3")]
        uri = store.model_versions.get_download_uri(GetDownloadUri("wine", "3")).artifact_uri
        following = store.model_versions.create(CreateModelVersion("wine", "s3://bucket/x")).model_version
        assert msgspec.structs.replace(model, latest_versions=[]) == _model().model
        assert [version.version for version in model.latest_versions] == ["3", "1"]
        assert [msgspec.structs.replace(version, aliases=[]) for version in found] == [
            put.version for put in _model().versions
        ]
        assert found[1].aliases == ["champion"]
        assert uri == "mlflow-artifacts:/1/x/model"
        assert following.version == "6"

    def test_another_model_of_the_same_name_is_left_alone(self, store: Store) -> None:
        """It is for a person to say which name to change."""
        store.registered_models.create(CreateRegisteredModel("wine"))

        with expect_error(ResourceAlreadyExists, "Registered Model (name=wine) already exists and was made otherwise…"):
            store.imports.put_model(_model())

        assert store.registered_models.get(GetRegisteredModel("wine")).registered_model.description is None

    def test_another_version_of_the_same_number_is_left_alone(self, store: Store) -> None:
        """With everything else of the request."""
        put = _model()
        without_alias = msgspec.structs.replace(put.model, aliases=[])
        store.imports.put_model(PutModel(without_alias, put.versions[:1]))
        other = PutVersion(msgspec.structs.replace(put.versions[0].version, source="s3://bucket/other"))

        with expect_error(ResourceAlreadyExists, "Model Version (name=wine, version=1) already exists…"):
            store.imports.put_model(msgspec.structs.replace(put, versions=[put.versions[1], other]))

        with expect_error(ResourceDoesNotExist, "Model Version (name=wine, version=3) not found"):
            store.model_versions.get(GetModelVersion("wine", "3"))

    def test_an_alias_needs_its_version(self, store: Store) -> None:
        """Nothing is half done."""
        with expect_error(InvalidParameterValue, "Alias 'champion' points at version '3', which is not among…"):
            store.imports.put_model(msgspec.structs.replace(_model(), versions=_model().versions[:1]))

        with expect_error(ResourceDoesNotExist, "Registered Model with name=wine not found"):
            store.registered_models.get(GetRegisteredModel("wine"))
