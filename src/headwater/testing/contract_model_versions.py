"""What every store does with versions of registered models. Subclass in a test module that has a fixture `store`."""

from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.model_names import PROMPT_TAG
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    DeleteModelVersionTag,
    GetDownloadUri,
    GetModelVersion,
    ModelVersion,
    ModelVersionStatus,
    ModelVersionTag,
    SearchModelVersions,
    SetModelVersionTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
)
from headwater.protocol.registered_models import (
    RegisteredModelTag,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
)
from headwater.stores.interface import Store
from headwater.testing.contract_registered_models import get_model, make_model, tick
from headwater.testing.stores import expect_error

RUN = "0123456789abcdef0123456789abcdef"
LOGGED = f"m-{RUN}"


def _create(store: Store, source: str = "s3://b/x", run_id: str = "", model_id: str = "") -> ModelVersion:
    request = CreateModelVersion("m", source, run_id, model_id=model_id)
    return store.model_versions.create(request).model_version


def _get(store: Store, version: str, name: str = "m") -> ModelVersion:
    return store.model_versions.get(GetModelVersion(name, version)).model_version


def _move(store: Store, version: str, stage: str, *, archive: bool = False) -> ModelVersion:
    request = TransitionModelVersionStage("m", version, stage, archive)
    return store.model_versions.transition_stage(request).model_version


def _stages(store: Store) -> dict[str, str]:
    found = store.model_versions.search(SearchModelVersions("name = 'm'")).model_versions
    return {version.version: version.current_stage for version in found}


class ModelVersionsContract:
    """Creating, reading, promoting, deleting and tagging."""

    def test_a_created_version_reads_back_whole(self, store: Store) -> None:
        """Everything given at creation, of repeated tags the last; the model counts as updated."""
        make_model(store)
        tick()
        request = CreateModelVersion(
            name="m",
            source=f"runs:/{RUN}/model",
            run_id=RUN,
            tags=[ModelVersionTag("b", "1"), ModelVersionTag("a", "é"), ModelVersionTag("b", "2")],
            run_link="http://elsewhere/run",
            description="better",
            model_id=LOGGED,
        )

        made = store.model_versions.create(request).model_version

        assert made == _get(store, "1")
        assert made == ModelVersion(
            name="m",
            version="1",
            creation_timestamp=made.creation_timestamp,
            last_updated_timestamp=made.creation_timestamp,
            current_stage="None",
            description="better",
            source=f"runs:/{RUN}/model",
            run_id=RUN,
            status=ModelVersionStatus.READY,
            tags=[ModelVersionTag("a", "é"), ModelVersionTag("b", "2")],
            run_link="http://elsewhere/run",
            model_id=LOGGED,
        )
        assert get_model(store).last_updated_timestamp == made.creation_timestamp

    def test_numbers_rise_and_are_not_given_again(self, store: Store) -> None:
        """Not even that of the last version, once it is deleted; each model counts for itself."""
        make_model(store)
        make_model(store, "other", versions=3)

        numbers = [_create(store).version for _ in range(2)]
        store.model_versions.delete(DeleteModelVersion("m", "2"))
        numbers.append(_create(store).version)
        store.model_versions.delete(DeleteModelVersion("m", "1"))
        numbers.append(_create(store).version)

        assert numbers == ["1", "2", "3", "4"]
        assert [version.version for version in get_model(store).latest_versions] == ["4"]

    def test_a_deleted_version_is_found_by_nothing(self, store: Store) -> None:
        """A second deletion says that there is none."""
        make_model(store, versions=2)
        store.registered_models.set_alias(SetRegisteredModelAlias("m", "a", "2"))

        store.model_versions.delete(DeleteModelVersion("m", "2"))

        missing = "Model Version (name=m, version=2) not found"
        versions = store.model_versions
        for call in (
            lambda: versions.get(GetModelVersion("m", "2")),
            lambda: versions.delete(DeleteModelVersion("m", "2")),
            lambda: versions.update(UpdateModelVersion("m", "2", "x")),
            lambda: versions.transition_stage(TransitionModelVersionStage("m", "2", "Staging")),
            lambda: versions.get_download_uri(GetDownloadUri("m", "2")),
            lambda: versions.set_tag(SetModelVersionTag("m", "2", "a", "b")),
            lambda: versions.delete_tag(DeleteModelVersionTag("m", "2", "a")),
        ):
            with expect_error(ResourceDoesNotExist, missing):
                call()
        assert _stages(store) == {"1": "None"}
        assert get_model(store).aliases == []

    def test_a_version_is_an_integer(self, store: Store) -> None:
        """Written in plain digits."""
        make_model(store, versions=1)

        for version in ("abc", "1.0", "-1", "٣", "1 ", "9" * 19):
            with expect_error(InvalidParameterValue, f"Parameter 'version' must be an integer, got '{version}'."):
                _get(store, version)

    def test_update_replaces_the_description_or_removes_it(self, store: Store) -> None:
        """And moves the time of the version's last update."""
        make_model(store, versions=1)
        before = _get(store, "1")
        tick()

        updated = store.model_versions.update(UpdateModelVersion("m", "1", "new")).model_version
        removed = store.model_versions.update(UpdateModelVersion("m", "1")).model_version

        assert updated.description == "new"
        assert updated.last_updated_timestamp > before.last_updated_timestamp
        assert (removed.description, _get(store, "1").description) == (None, None)

    def test_a_version_moves_through_the_stages(self, store: Store) -> None:
        """Named in any case; version and model count as updated."""
        make_model(store, versions=2)
        before = _get(store, "1")
        tick()

        moved = _move(store, "1", "pRODUCTION")

        assert moved.current_stage == "Production"
        assert moved.last_updated_timestamp > before.last_updated_timestamp
        assert get_model(store).last_updated_timestamp == moved.last_updated_timestamp
        assert _stages(store) == {"1": "Production", "2": "None"}

    def test_the_others_of_a_stage_are_archived_on_request_only(self, store: Store) -> None:
        """Only those in the very stage, and never the version itself."""
        make_model(store, versions=4)
        for version, stage in (("1", "Production"), ("2", "Production"), ("3", "Staging"), ("4", "Production")):
            _move(store, version, stage)

        _move(store, "4", "Production", archive=True)

        assert _stages(store) == {"1": "Archived", "2": "Archived", "3": "Staging", "4": "Production"}

    def test_nothing_is_archived_for_a_stage_that_is_not_active(self, store: Store) -> None:
        """Which is refused, without a change."""
        make_model(store, versions=1)

        for stage in ("None", "archived"):
            with expect_error(InvalidParameterValue, "Model version transition cannot archive existing model …"):
                _move(store, "1", stage, archive=True)
        with expect_error(InvalidParameterValue, "Invalid Model Version stage: Prod. Value must be one of None, …"):
            _move(store, "1", "Prod")
        assert _stages(store) == {"1": "None"}

    def test_tags_are_set_replaced_and_removed(self, store: Store) -> None:
        """Removing one that is not there is fine."""
        make_model(store, versions=2)
        for key, value in (("a", "1"), ("b", "é"), ("a", "2")):
            store.model_versions.set_tag(SetModelVersionTag("m", "1", key, value))

        store.model_versions.delete_tag(DeleteModelVersionTag("m", "1", "b"))
        store.model_versions.delete_tag(DeleteModelVersionTag("m", "1", "b"))

        assert _get(store, "1").tags == [ModelVersionTag("a", "2")]
        assert _get(store, "2").tags == []
        with expect_error(InvalidParameterValue, "Invalid value \"/a\" for parameter 'key' supplied: …"):
            store.model_versions.set_tag(SetModelVersionTag("m", "1", "/a", ""))

    def test_a_tag_may_be_long_and_is_found(self, store: Store) -> None:
        """Up to 100,000 characters, of which no database can leave any out."""
        make_model(store, versions=1)
        value = "".join(chr(33 + number * number % 7919 % 90) for number in range(99_998)).replace("'", "é")
        store.model_versions.set_tag(SetModelVersionTag("m", "1", "long", value))
        store.registered_models.set_tag(SetRegisteredModelTag("m", "long", value))

        found = store.model_versions.search(SearchModelVersions("tags.long LIKE '!%' AND tags.long != 'x'"))

        assert [version.tags for version in found.model_versions] == [[ModelVersionTag("long", value)]]
        assert get_model(store).tags == [RegisteredModelTag("long", value)]

    def test_the_files_are_where_the_source_says(self, store: Store) -> None:
        """In the words of the source."""
        make_model(store)
        sources = [f"runs:/{RUN}/model", f"mlflow-artifacts:/1/{RUN}/artifacts/model", "s3://b/é?x=1"]
        for source in sources:
            _create(store, source, RUN)

        found = [
            store.model_versions.get_download_uri(GetDownloadUri("m", str(number + 1))).artifact_uri
            for number in range(len(sources))
        ]

        assert found == sources

    def test_a_copy_knows_its_original_and_outlives_it(self, store: Store) -> None:
        """It has the run, and finds the files, whatever becomes of the original; a copy of a copy too."""
        make_model(store)
        make_model(store, "source")
        store.model_versions.create(CreateModelVersion("source", f"runs:/{RUN}/model", RUN))

        copy = _create(store, "models:/source/1")
        again = _create(store, "models:/m/1")
        store.model_versions.delete(DeleteModelVersion("source", "1"))

        assert (copy.source, copy.run_id) == ("models:/source/1", RUN)
        assert (again.source, again.run_id) == ("models:/m/1", RUN)
        for version in ("1", "2"):
            answer = store.model_versions.get_download_uri(GetDownloadUri("m", version))
            assert answer.artifact_uri == f"runs:/{RUN}/model"
        with expect_error(ResourceDoesNotExist, "Model Version (name=source, version=1) not found"):
            _create(store, "models:/source/1")

    def test_a_source_must_not_name_the_files_of_others(self, store: Store) -> None:
        """Nothing is created then, and no number is used up."""
        make_model(store)

        for source in (f"runs:/{RUN}/model", f"models:/{LOGGED}", "s3://b/../x", "http://host/model"):
            with expect_error(InvalidParameterValue, f"Invalid model version source: '{source}'. …"):
                _create(store, source)
        assert _create(store).version == "1"

    def test_bad_requests_are_refused(self, store: Store) -> None:
        """With the name of the parameter."""
        make_model(store)
        for request, message in (
            (CreateModelVersion("", "s3://b/x"), "Missing value for required parameter 'name'. …"),
            (CreateModelVersion("m", ""), "Missing value for required parameter 'source'. …"),
            (CreateModelVersion("m", "s3://b/x", "not a run"), "Invalid run ID: 'not a run'. …"),
            (CreateModelVersion("m", f"s3://{'b' * 2048}"), "'source' exceeds the maximum length of 2048 characters"),
            (CreateModelVersion("m", "s3://b/x", "", [ModelVersionTag("")]), "Missing value for …"),
        ):
            with expect_error(InvalidParameterValue, message):
                store.model_versions.create(request)

    def test_a_version_of_a_prompt_has_a_word_for_a_source(self, store: Store) -> None:
        """As clients send it."""
        make_model(store)

        request = CreateModelVersion("m", "dummy-source", tags=[ModelVersionTag(PROMPT_TAG, "true")])

        assert store.model_versions.create(request).model_version.source == "dummy-source"

    def test_a_page_has_one_to_many_versions(self, store: Store) -> None:
        """Other sizes are refused."""
        for size in (-1, 0, 200_001):
            with expect_error(InvalidParameterValue, f"Invalid value {size} for parameter 'max_results' supplied. …"):
                store.model_versions.search(SearchModelVersions("", size))
