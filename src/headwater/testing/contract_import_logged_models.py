"""What every store does with logged models from elsewhere. Subclass in a test module that has a fixture `store`."""

import math

import msgspec
import pytest

from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import CreateExperiment, LifecycleStage
from headwater.protocol.imports import PutLoggedModel, PutRun, PutRuns
from headwater.protocol.logged_models import (
    CreateLoggedModel,
    GetLoggedModel,
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
    LoggedModelParam,
    LoggedModelStatus,
    LoggedModelTag,
    SetLoggedModelTags,
)
from headwater.protocol.metrics import Metric
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, make_experiment

MODEL_ID = "m-0123456789abcdef0123456789abcdef"
RUN_ID = "a" * 32


def _model(experiment_id: str) -> LoggedModel:
    """Return a model with everything that one may have."""
    info = LoggedModelInfo(
        model_id=MODEL_ID,
        experiment_id=experiment_id,
        name="wine classifier",
        creation_timestamp_ms=11,
        last_updated_timestamp_ms=22,
        artifact_uri="s3://bucket/models/x",
        status=LoggedModelStatus.FAILED,
        model_type="agent",
        source_run_id=RUN_ID,
        tags=[LoggedModelTag("team", "a")],
    )
    metrics = [
        Metric("acc", 0.5, 7, 3, "", "", MODEL_ID, RUN_ID),
        Metric("acc", 0.75, 8, 3, "the wine", "abc", MODEL_ID, RUN_ID),
        Metric("loss", math.inf, 7, -1, "", "", MODEL_ID, RUN_ID),
        Metric("loss", -0.0, 7, 0, "", "", MODEL_ID, RUN_ID),
    ]
    return LoggedModel(info, LoggedModelData([LoggedModelParam("rate", "0.1")], metrics))


def _prepare(store: Store) -> LoggedModel:
    """Return a model whose experiment and run are in the store."""
    experiment_id = make_experiment(store)
    store.imports.put_runs(PutRuns([PutRun(run_id=RUN_ID, experiment_id=experiment_id)]))
    return _model(experiment_id)


class ImportLoggedModelsContract:
    """Logged models keep their ids, times, states and every point."""

    def test_a_model_is_here_as_it_was_there_however_often_it_comes(self, store: Store) -> None:
        """Bit by bit."""
        model = _prepare(store)

        store.imports.put_logged_model(PutLoggedModel(model))
        store.imports.put_logged_model(PutLoggedModel(model))

        found = store.logged_models.get(GetLoggedModel(MODEL_ID)).model
        assert found == model
        assert repr(found.data.metrics[3].value) == "-0.0"

    def test_a_nan_is_one_point(self, store: Store) -> None:
        """Though it equals nothing."""
        model = _prepare(store)
        metrics = [Metric("loss", math.nan, 7, 0, "", "", MODEL_ID, RUN_ID)]
        put = PutLoggedModel(LoggedModel(model.info, LoggedModelData([], metrics)))

        store.imports.put_logged_model(put)
        store.imports.put_logged_model(put)

        found = store.logged_models.get(GetLoggedModel(MODEL_ID)).model
        assert [repr(metric.value) for metric in found.data.metrics] == ["nan"]

    def test_a_deleted_model_is_in_the_trash(self, store: Store) -> None:
        """And comes back if it is not deleted there any more."""
        put = PutLoggedModel(_prepare(store), LifecycleStage.DELETED)

        store.imports.put_logged_model(put)

        with expect_error(ResourceDoesNotExist, f"Logged model with ID '{MODEL_ID}' not found."):
            store.logged_models.get(GetLoggedModel(MODEL_ID))
        assert store.logged_models.get(GetLoggedModel(MODEL_ID, allow_deleted=True)).model == put.model
        store.imports.put_logged_model(PutLoggedModel(put.model))
        assert store.logged_models.get(GetLoggedModel(MODEL_ID)).model == put.model

    def test_a_model_that_exists_takes_over_what_is_new_and_keeps_what_only_it_has(self, store: Store) -> None:
        """A later import adds."""
        model = _prepare(store)
        store.imports.put_logged_model(PutLoggedModel(model))
        store.logged_models.set_tags(SetLoggedModelTags(MODEL_ID, [LoggedModelTag("mine", "1")]))
        info = msgspec.structs.replace(model.info, status=LoggedModelStatus.READY, tags=[LoggedModelTag("team", "b")])
        data = LoggedModelData([LoggedModelParam("depth", "3")], [Metric("new", 1.0, 9, 0, "", "", MODEL_ID, RUN_ID)])

        store.imports.put_logged_model(PutLoggedModel(LoggedModel(info, data)))

        found = store.logged_models.get(GetLoggedModel(MODEL_ID)).model
        assert (found.info.status, found.info.last_updated_timestamp_ms) == (LoggedModelStatus.READY, 22)
        assert found.info.tags == [LoggedModelTag("mine", "1"), LoggedModelTag("team", "b")]
        assert [param.key for param in found.data.params] == ["depth", "rate"]
        assert found.data.metrics == [*model.data.metrics, *data.metrics]

    def test_a_model_without_a_place_takes_the_experiments(self, store: Store) -> None:
        """As one that is made here."""
        model = _prepare(store)
        info = msgspec.structs.replace(model.info, artifact_uri="")

        store.imports.put_logged_model(PutLoggedModel(LoggedModel(info, model.data)))

        uri = store.logged_models.get(GetLoggedModel(MODEL_ID)).model.info.artifact_uri
        made = store.logged_models.create(CreateLoggedModel(info.experiment_id)).model.info
        assert uri == made.artifact_uri.replace(made.model_id, MODEL_ID)

    def test_a_point_needs_its_run(self, store: Store) -> None:
        """Nothing is half done."""
        model = _model(make_experiment(store))

        with expect_error(InvalidParameterValue, f"Run '{RUN_ID}', which measured points of logged model…"):
            store.imports.put_logged_model(PutLoggedModel(model))

        with expect_error(ResourceDoesNotExist, f"Logged model with ID '{MODEL_ID}' not found."):
            store.logged_models.get(GetLoggedModel(MODEL_ID, allow_deleted=True))

    def test_a_model_of_another_experiment_is_not_moved(self, store: Store) -> None:
        """Its id is taken."""
        model = _prepare(store)
        store.imports.put_logged_model(PutLoggedModel(model))
        other = store.experiments.create(CreateExperiment("other")).experiment_id
        elsewhere = LoggedModel(msgspec.structs.replace(model.info, experiment_id=other), LoggedModelData())

        with expect_error(ResourceAlreadyExists, f"Logged model with ID '{MODEL_ID}' already exists in experiment…"):
            store.imports.put_logged_model(PutLoggedModel(elsewhere))

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"model_id": "a/b"}, "Invalid…"),
            ({"name": ""}, "Missing…"),
            ({"name": "a/b"}, "Invalid model name ('a/b') provided…"),
            ({"creation_timestamp_ms": -1}, "Invalid value -1 for parameter 'creation_timestamp_ms' supplied…"),
            ({"tags": [LoggedModelTag("", "x")]}, "Missing…"),
        ],
    )
    def test_what_is_not_allowed_is_refused(self, store: Store, change: dict[str, object], message: str) -> None:
        """By name."""
        model = _prepare(store)
        info = msgspec.structs.replace(model.info, **change)

        with expect_error(InvalidParameterValue, message):
            store.imports.put_logged_model(PutLoggedModel(LoggedModel(info, model.data)))
