"""What every store does with logged models. Subclass in a test module that has a fixture `store`."""

import json
import math
import re
import struct
import uuid

import pytest

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts, FileInfo
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.experiments import CreateExperiment, DeleteExperiment
from headwater.protocol.journals import Append, Rejection
from headwater.protocol.logged_models import (
    CreateLoggedModel,
    DeleteLoggedModel,
    DeleteLoggedModelTag,
    FinalizeLoggedModel,
    GetLoggedModel,
    ListLoggedModelArtifacts,
    LoggedModel,
    LoggedModelParam,
    LoggedModelStatus,
    LoggedModelTag,
    LogLoggedModelParams,
    RecordModel,
    Registration,
    SearchLoggedModels,
    SetLoggedModelTags,
)
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.runs import CreateRun, LogBatch, LogMetric
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, get_tags, make_experiment, make_run

_UNKNOWN = "Logged model with ID 'm-none' not found."


def _make(store: Store, experiment_id: str = "", **fields: str) -> str:
    request = CreateLoggedModel(experiment_id or make_experiment(store), **fields)  # type: ignore[arg-type]  # texts only
    return store.logged_models.create(request).model.info.model_id


def _get(store: Store, model_id: str) -> LoggedModel:
    return store.logged_models.get(GetLoggedModel(model_id)).model


def _metrics(store: Store, model_id: str) -> list[tuple[str, str, int, int, str, str, str, str]]:
    """Return a model's points; values as text, so that NaN and -0.0 compare."""
    return [
        (m.key, repr(m.value), m.timestamp, m.step, m.dataset_name, m.dataset_digest, m.model_id, m.run_id)
        for m in _get(store, model_id).data.metrics
    ]


class LoggedModelsContract:
    """Logged models, their params, tags, metrics and artifacts."""

    def test_a_model_is_created_pending_and_found_whole(self, store: Store) -> None:
        """With everything that was said of it."""
        experiment_id = make_experiment(store)
        params, tags = [LoggedModelParam("depth", "6")], [LoggedModelTag("a", "1"), LoggedModelTag("b", "2")]

        made = store.logged_models.create(
            CreateLoggedModel(experiment_id, "forest", "classifier", "run1", params, tags)
        ).model

        assert re.fullmatch(r"m-[0-9a-f]{32}", made.info.model_id)
        assert made.info.artifact_uri == f"mlflow-artifacts:/{experiment_id}/models/{made.info.model_id}/artifacts"
        assert (made.info.name, made.info.model_type, made.info.source_run_id) == ("forest", "classifier", "run1")
        assert (made.info.status, made.info.experiment_id) == (LoggedModelStatus.PENDING, experiment_id)
        assert made.info.creation_timestamp_ms == made.info.last_updated_timestamp_ms > 1_700_000_000_000
        assert (made.data.params, made.info.tags) == (params, tags)
        assert _get(store, made.info.model_id) == made

    def test_a_model_without_a_name_gets_one_and_names_may_repeat(self, store: Store) -> None:
        """So that a hundred runs can each log their `model`."""
        experiment_id = make_experiment(store)
        ids = [_make(store, experiment_id, name="same") for _ in range(2)]

        unnamed = _get(store, _make(store, experiment_id))

        assert unnamed.info.name
        assert ids[0] != ids[1]

    def test_artifacts_stand_below_the_experiments_location(self, store: Store) -> None:
        """Whatever it ends with."""
        request = CreateExperiment(uuid.uuid4().hex, "s3://bucket/x/?region=eu")
        experiment_id = store.experiments.create(request).experiment_id

        info = _get(store, _make(store, experiment_id)).info

        assert info.artifact_uri == f"s3://bucket/x/models/{info.model_id}/artifacts?region=eu"

    @pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", "a%b", 'a"b', "a'b"])
    def test_a_name_that_a_uri_could_not_hold_is_refused(self, store: Store, name: str) -> None:
        """In the words that clients know."""
        with expect_error(
            InvalidParameterValue,
            f"Invalid model name ('{name}') provided. Model name must be a non-empty string and cannot contain the "
            "following characters: ('/', ':', '.', '%', '\"', \"'\")",
        ):
            _make(store, name=name)

    def test_a_model_needs_an_experiment_in_use(self, store: Store) -> None:
        """Neither unknown nor deleted."""
        experiment_id = make_experiment(store)
        store.experiments.delete(DeleteExperiment(experiment_id))

        with expect_error(ResourceDoesNotExist, "No Experiment with id=98765 exists"):
            _make(store, "98765")
        with expect_error(InvalidParameterValue, f"The experiment {experiment_id} must be in the 'active' state. …"):
            _make(store, experiment_id)

    def test_a_model_is_finalized_as_often_as_one_likes(self, store: Store) -> None:
        """And the time of its last change moves on."""
        model_id = _make(store)
        for status in (LoggedModelStatus.FAILED, LoggedModelStatus.READY):
            answer = store.logged_models.finalize(FinalizeLoggedModel(model_id, status=status)).model

            assert answer.info.status is status
            assert answer == _get(store, model_id)
        assert answer.info.last_updated_timestamp_ms >= answer.info.creation_timestamp_ms

    def test_a_deleted_model_is_found_only_by_those_who_ask_for_it(self, store: Store) -> None:
        """Deleting twice is harmless; tags can still be set."""
        experiment_id = make_experiment(store)
        model_id = _make(store, experiment_id)
        for _ in range(2):
            store.logged_models.delete(DeleteLoggedModel(model_id))

        missing = f"Logged model with ID '{model_id}' not found."
        with expect_error(ResourceDoesNotExist, missing):
            _get(store, model_id)
        with expect_error(ResourceDoesNotExist, missing):
            store.logged_models.finalize(FinalizeLoggedModel(model_id, status=LoggedModelStatus.READY))
        store.logged_models.set_tags(SetLoggedModelTags(model_id, [LoggedModelTag("why", "too old")]))

        found = store.logged_models.get(GetLoggedModel(model_id, allow_deleted=True)).model
        assert found.info.tags == [LoggedModelTag("why", "too old")]
        assert store.logged_models.search(SearchLoggedModels([experiment_id])).models == []

    def test_tags_are_set_replaced_and_removed(self, store: Store) -> None:
        """Keys may hold slashes and blanks; removing what is not there is an error."""
        model_id = _make(store)
        store.logged_models.set_tags(SetLoggedModelTags(model_id, [LoggedModelTag("a/b c", "1")]))
        tags = [LoggedModelTag("a/b c", "2"), LoggedModelTag("é%2F?", "x"), LoggedModelTag("long", "y" * 5000)]

        answer = store.logged_models.set_tags(SetLoggedModelTags(model_id, tags)).model
        store.logged_models.delete_tag(DeleteLoggedModelTag(model_id, tag_key="é%2F?"))
        store.logged_models.delete_tag(DeleteLoggedModelTag(model_id, tag_key="a/b c"))

        assert sorted(answer.info.tags, key=lambda tag: tag.key) == sorted(tags, key=lambda tag: tag.key)
        assert _get(store, model_id).info.tags == [LoggedModelTag("long", "y" * 5000)]
        for key in ("a/b c", "never"):
            with expect_error(ResourceDoesNotExist, f"No tag with key '{key}' found for model with ID '{model_id}'."):
                store.logged_models.delete_tag(DeleteLoggedModelTag(model_id, tag_key=key))

    def test_registered_versions_are_read_from_their_tag(self, store: Store) -> None:
        """Which anybody can write: what is no list of versions counts as none."""
        model_id = _make(store)
        for text, expected in (
            ('[{"name": "churn", "version": 3}]', [Registration("churn", "3")]),
            ('{"name": 1', []),
            ("[1]", []),
        ):
            tag = LoggedModelTag("mlflow.modelVersions", text)

            answer = store.logged_models.set_tags(SetLoggedModelTags(model_id, [tag])).model

            assert answer.info.registrations == expected

    def test_a_param_may_be_repeated_but_not_changed(self, store: Store) -> None:
        """Of a request with a changed one nothing is kept."""
        model_id = _make(store)
        for _ in range(2):
            store.logged_models.log_params(LogLoggedModelParams(model_id, [LoggedModelParam("lr", "0.1")]))

        with expect_error(
            InvalidParameterValue,
            "Changing param values is not allowed. Param with key='lr' was already logged with value='0.1' for model "
            f"ID='{model_id}'. Attempted logging new value '0.2'.",
        ):
            changed = [LoggedModelParam("new", "1"), LoggedModelParam("lr", "0.2")]
            store.logged_models.log_params(LogLoggedModelParams(model_id, changed))

        assert _get(store, model_id).data.params == [LoggedModelParam("lr", "0.1")]

    def test_unknown_models_and_bad_keys_are_refused(self, store: Store) -> None:
        """By every verb, in the same words."""
        model_id, tags = _make(store), [LoggedModelTag("", "x")]
        with expect_error(ResourceDoesNotExist, _UNKNOWN):
            _get(store, "m-none")
        with expect_error(ResourceDoesNotExist, _UNKNOWN):
            store.logged_models.delete(DeleteLoggedModel("m-none"))
        with expect_error(ResourceDoesNotExist, _UNKNOWN):
            store.logged_models.set_tags(SetLoggedModelTags("m-none"))
        with expect_error(ResourceDoesNotExist, _UNKNOWN):
            store.logged_models.delete_tag(DeleteLoggedModelTag("m-none", tag_key="k"))
        with expect_error(ResourceDoesNotExist, _UNKNOWN):
            store.logged_models.log_params(LogLoggedModelParams("m-none"))
        with expect_error(ResourceDoesNotExist, _UNKNOWN):
            store.logged_models.list_artifacts(ListLoggedModelArtifacts("m-none"))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'tags[0].key'. …"):
            store.logged_models.set_tags(SetLoggedModelTags(model_id, tags))
        with expect_error(InvalidParameterValue, "'key' exceeds the maximum length of 250 characters"):
            store.logged_models.log_params(LogLoggedModelParams(model_id, [LoggedModelParam("k" * 251)]))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'model_id'. …"):
            _get(store, "")

    def test_artifacts_are_listed_folder_by_folder(self, store: Store) -> None:
        """They are kept in the store's tree, as those of runs."""
        info = _get(store, _make(store)).info
        digest, size = store.blobs.write([b"flavors: {}\n"])
        root = info.artifact_uri.removeprefix("mlflow-artifacts:/")
        files = [ArtifactFile(path, digest, size) for path in ("MLmodel", "data/model.skops", "data/x/y")]
        store.artifacts.commit(CommitArtifacts(root, files))

        top = store.logged_models.list_artifacts(ListLoggedModelArtifacts(info.model_id))
        data = store.logged_models.list_artifacts(ListLoggedModelArtifacts(info.model_id, "data"))

        assert top.root_uri == info.artifact_uri
        assert top.files == [FileInfo("MLmodel", False, size), FileInfo("data", True)]
        assert data.files == [FileInfo("data/model.skops", False, size), FileInfo("data/x", True)]
        with expect_error(InvalidParameterValue, "Invalid path '../x'. …"):
            store.logged_models.list_artifacts(ListLoggedModelArtifacts(info.model_id, "../x"))


class ModelMetricsContract:
    """Points of runs that are points of logged models, too."""

    def test_points_with_a_model_are_kept_for_run_and_model(self, store: Store) -> None:
        """With dataset and run; each distinct point once, whatever its value."""
        experiment_id = make_experiment(store)
        run_id, model_id = make_run(store, experiment_id), _make(store, experiment_id)
        on = {"dataset_name": "wine", "dataset_digest": "abc"}
        for value in (0.5, math.nan, math.nan, -0.0, 0.0, math.inf):
            store.runs.log_metric(
                LogMetric(run_id=run_id, key="acc", value=value, timestamp=5, step=1, model_id=model_id, **on)
            )
        batch = [Metric("loss", 1.5, 9, -2, model_id=model_id), Metric("loss", 2.5, 9, 3), Metric("acc", 0.25, 6, 0)]
        store.runs.log_batch(LogBatch(run_id, batch))

        tail = ("wine", "abc", model_id, run_id)
        assert sorted(_metrics(store, model_id)) == sorted(
            [
                ("acc", "0.5", 5, 1, *tail),
                ("acc", "nan", 5, 1, *tail),
                ("acc", "-0.0", 5, 1, *tail),
                ("acc", "0.0", 5, 1, *tail),
                ("acc", "inf", 5, 1, *tail),
                ("loss", "1.5", 9, -2, "", "", model_id, run_id),
            ]
        )
        assert len(store.metrics.get_history(GetHistory("acc", run_id)).metrics) == 6
        assert {metric.key: metric.value for metric in get_run(store, run_id).data.metrics} == {
            "acc": math.inf,
            "loss": 2.5,
        }

    def test_a_point_of_an_unknown_model_is_refused_whole(self, store: Store) -> None:
        """Nothing of the request is kept for the run either."""
        run_id = make_run(store)
        message = "Logged model with ID 'm-none' not found. Create it before metrics are logged to it."

        with expect_error(InvalidParameterValue, message):
            store.runs.log_metric(LogMetric(run_id=run_id, key="acc", value=1, timestamp=1, model_id="m-none"))
        with expect_error(InvalidParameterValue, message):
            batch = [Metric("x", 1, 1), Metric("acc", 1, 1, model_id="m-none")]
            store.runs.log_batch(LogBatch(run_id, batch))

        assert get_run(store, run_id).data.metrics == []

    def test_names_of_datasets_have_limits(self, store: Store) -> None:
        """The same as in inputs."""
        run_id, model_id = make_run(store), _make(store)

        with expect_error(InvalidParameterValue, "'dataset_name' exceeds the maximum length of 500 characters"):
            store.runs.log_metric(
                LogMetric(run_id=run_id, key="a", value=1, timestamp=1, model_id=model_id, dataset_name="n" * 501)
            )
        with expect_error(InvalidParameterValue, "'dataset_digest' exceeds the maximum length of 36 characters"):
            batch = [Metric("a", 1, 1, dataset_digest="d" * 37, model_id=model_id)]
            store.runs.log_batch(LogBatch(run_id, batch))

    def test_a_journal_carries_points_of_models(self, store: Store) -> None:
        """Points of an unknown model are rejected for the model, and kept for the run."""
        experiment_id = make_experiment(store)
        run_id, model_id = uuid.uuid4().hex, _make(store, experiment_id)
        known = Metric("acc", 0.5, 7, 1, "wine", "abc", model_id)
        request = Append(
            uuid.uuid4().hex,
            run_id,
            1,
            2,
            create=CreateRun(experiment_id),
            keys=["acc"],
            key_index=struct.pack("<2i", 0, 0),
            steps=struct.pack("<2q", 1, 2),
            timestamps=struct.pack("<2q", 7, 8),
            values=struct.pack("<2d", 0.5, 0.75),
            model_metrics=[known, Metric("acc", 0.75, 8, 2, model_id="m-none")],
        )

        answer = store.runs.append(request)

        message = "Logged model with ID 'm-none' not found. Create it before metrics are logged to it."
        assert answer.rejected == [Rejection("metrics of model 'm-none'", message)]
        assert _metrics(store, model_id) == [("acc", "0.5", 7, 1, "wine", "abc", model_id, run_id)]
        assert [point.step for point in store.metrics.get_history(GetHistory("acc", run_id)).metrics] == [1, 2]


class RecordModelContract:
    """The tag in which clients before MLflow 3 list the models of a run."""

    def test_models_are_listed_in_a_tag_each_once(self, store: Store) -> None:
        """However long the list gets."""
        run_id = make_run(store)
        models = [
            {"artifact_path": path, "flavors": {"python_function": {"note": "x" * 9000}}, "utc_time_created": "2026"}
            for path in ("a", "b")
        ]
        for model in (*models, models[1]):
            store.logged_models.record(RecordModel(run_id, json.dumps({**model, "run_id": run_id})))

        listed = json.loads(get_tags(store, run_id)["mlflow.log-model.history"])
        assert listed == [{**model, "run_id": run_id} for model in models]

    def test_what_is_no_model_is_refused(self, store: Store) -> None:
        """In the words that clients know."""
        run_id = make_run(store)
        for text, message in (
            ("{", "Malformed model info. \n { \n is not a valid JSON."),
            ("[]", "Malformed model info. \n [] \n is not a JSON object."),
            ('{"artifact_path": "", "flavors": {}, "run_id": ""}', "Model json is missing mandatory fields: …"),
            ("", "Missing value for required parameter 'model_json'. …"),
        ):
            with expect_error(InvalidParameterValue, message):
                store.logged_models.record(RecordModel(run_id, text))
        with expect_error(ResourceDoesNotExist, "Run with id=nope not found"):
            record = '{"artifact_path": "", "flavors": {}, "run_id": "", "utc_time_created": ""}'
            store.logged_models.record(RecordModel("nope", record))
