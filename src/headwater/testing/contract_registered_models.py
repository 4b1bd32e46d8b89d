"""What every store does with registered models. Subclass in a test module that has a fixture `store`."""

import time

from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    GetModelVersion,
    ModelVersion,
    TransitionModelVersionStage,
)
from headwater.protocol.registered_models import (
    CreateRegisteredModel,
    DeleteRegisteredModel,
    DeleteRegisteredModelAlias,
    DeleteRegisteredModelTag,
    GetLatestVersions,
    GetModelVersionByAlias,
    GetRegisteredModel,
    RegisteredModel,
    RegisteredModelAlias,
    RegisteredModelTag,
    RenameRegisteredModel,
    SearchRegisteredModels,
    SetRegisteredModelAlias,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error


def make_model(store: Store, name: str = "m", *, versions: int = 0) -> str:
    """Create a model with this many versions and return its name."""
    store.registered_models.create(CreateRegisteredModel(name))
    for number in range(versions):
        store.model_versions.create(CreateModelVersion(name, f"s3://bucket/{number + 1}"))
    return name


def get_model(store: Store, name: str = "m") -> RegisteredModel:
    """Return a model as the store has it."""
    return store.registered_models.get(GetRegisteredModel(name)).registered_model


def _by_alias(store: Store, alias: str, name: str = "m") -> ModelVersion:
    return store.registered_models.get_by_alias(GetModelVersionByAlias(name, alias)).model_version


def tick() -> int:
    """Wait until the clock shows another millisecond, and return it."""
    now = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == now:
        pass
    return now + 1


class RegisteredModelsContract:
    """Creating, reading, renaming, deleting, tagging and pointing at."""

    def test_a_created_model_reads_back_whole(self, store: Store) -> None:
        """Everything given at creation, of repeated tags the last, and the times."""
        tags = [RegisteredModelTag("b", "1"), RegisteredModelTag("a", ""), RegisteredModelTag("b", "2")]
        made = store.registered_models.create(CreateRegisteredModel("été 100%", tags, "what **for**")).registered_model

        assert made == get_model(store, "été 100%")
        assert made == RegisteredModel(
            "été 100%",
            made.creation_timestamp,
            made.creation_timestamp,
            "what **for**",
            tags=[RegisteredModelTag("a", ""), RegisteredModelTag("b", "2")],
        )
        assert made.creation_timestamp > 1_600_000_000_000

    def test_a_name_is_taken_until_its_model_is_deleted(self, store: Store) -> None:
        """And names differ by case, blanks and encoding."""
        make_model(store, "a b")

        with expect_error(ResourceAlreadyExists, "Registered Model (name=a b) already exists."):
            make_model(store, "a b")
        for other in ("A b", "a%20b", "a b ", "a+b"):
            make_model(store, other)
        store.registered_models.delete(DeleteRegisteredModel("a b"))
        make_model(store, "a b")

    def test_a_bad_name_is_refused(self, store: Store) -> None:
        """At creation and when renaming."""
        make_model(store)
        for name, message in [
            ("", "Missing value for required parameter 'name'. …"),
            (" \t", "Missing value for required parameter 'name'. …"),
            ("a/b", "Invalid model name 'a/b'. Names cannot contain '/' or ':'."),
            ("a:b", "Invalid model name 'a:b'. Names cannot contain '/' or ':'."),
            ("..", "Invalid model name '..'. …"),
            (".", "Invalid model name '.'. …"),
            ("m" * 501, "'name' exceeds the maximum length of 500 characters"),
        ]:
            with expect_error(InvalidParameterValue, message):
                store.registered_models.create(CreateRegisteredModel(name))
            with expect_error(InvalidParameterValue, message.replace("'name'", "'new_name'")):
                store.registered_models.rename(RenameRegisteredModel("m", name))

    def test_bad_tags_and_descriptions_are_refused(self, store: Store) -> None:
        """Nothing is created then."""
        with expect_error(InvalidParameterValue, "Invalid value \"a*b\" for parameter 'tags[0].key' supplied: …"):
            store.registered_models.create(CreateRegisteredModel("m", [RegisteredModelTag("a*b")]))
        with expect_error(InvalidParameterValue, "'value' exceeds the maximum length of 100000 characters"):
            store.registered_models.create(CreateRegisteredModel("m", [RegisteredModelTag("a", "x" * 100_001)]))
        with expect_error(InvalidParameterValue, "'description' exceeds the maximum length of 100000 characters"):
            store.registered_models.create(CreateRegisteredModel("m", [], "x" * 100_001))
        make_model(store)

    def test_an_unknown_model_is_not_found_by_any_verb(self, store: Store) -> None:
        """Always in the same words."""
        models = store.registered_models
        for call in (
            lambda: models.get(GetRegisteredModel("none")),
            lambda: models.update(UpdateRegisteredModel("none", "x")),
            lambda: models.rename(RenameRegisteredModel("none", "x")),
            lambda: models.delete(DeleteRegisteredModel("none")),
            lambda: models.get_latest_versions(GetLatestVersions("none")),
            lambda: models.set_tag(SetRegisteredModelTag("none", "a", "b")),
            lambda: models.delete_tag(DeleteRegisteredModelTag("none", "a")),
            lambda: models.set_alias(SetRegisteredModelAlias("none", "a", "1")),
            lambda: models.get_by_alias(GetModelVersionByAlias("none", "a")),
            lambda: models.delete_alias(DeleteRegisteredModelAlias("none", "a")),
            lambda: store.model_versions.create(CreateModelVersion("none", "s3://b/x")),
            lambda: store.model_versions.get(GetModelVersion("none", "1")),
        ):
            with expect_error(ResourceDoesNotExist, "Registered Model with name=none not found"):
                call()

    def test_update_replaces_the_description_or_removes_it(self, store: Store) -> None:
        """And moves the time of the last update."""
        before = get_model(store, make_model(store))
        tick()

        updated = store.registered_models.update(UpdateRegisteredModel("m", "new")).registered_model
        removed = store.registered_models.update(UpdateRegisteredModel("m")).registered_model

        assert updated.description == "new"
        assert updated.last_updated_timestamp > before.last_updated_timestamp
        assert (removed.description, get_model(store).description) == (None, None)

    def test_a_renamed_model_keeps_everything(self, store: Store) -> None:
        """Versions, tags and aliases; the old name is free."""
        make_model(store, versions=2)
        store.registered_models.set_tag(SetRegisteredModelTag("m", "t", "1"))
        store.registered_models.set_alias(SetRegisteredModelAlias("m", "champion", "1"))

        renamed = store.registered_models.rename(RenameRegisteredModel("m", "n")).registered_model

        assert renamed == get_model(store, "n")
        assert renamed.tags == [RegisteredModelTag("t", "1")]
        assert renamed.aliases == [RegisteredModelAlias("champion", "1")]
        assert [version.name for version in renamed.latest_versions] == ["n"]
        assert _by_alias(store, "champion", "n").name == "n"
        make_model(store, "m")
        assert get_model(store).latest_versions == []
        with expect_error(ResourceAlreadyExists, "Registered Model (name=n) already exists."):
            store.registered_models.rename(RenameRegisteredModel("m", "n"))
        assert store.registered_models.rename(RenameRegisteredModel("n", "n")).registered_model.name == "n"

    def test_a_deleted_model_takes_everything_along(self, store: Store) -> None:
        """The name may be used again, for a new model with new versions."""
        make_model(store, versions=3)
        store.registered_models.set_tag(SetRegisteredModelTag("m", "t", "1"))
        store.registered_models.set_alias(SetRegisteredModelAlias("m", "champion", "1"))

        store.registered_models.delete(DeleteRegisteredModel("m"))

        assert store.registered_models.search(SearchRegisteredModels()).registered_models == []
        make_model(store, versions=1)
        found = get_model(store)
        assert (found.tags, found.aliases) == ([], [])
        assert [version.version for version in found.latest_versions] == ["1"]

    def test_tags_are_set_replaced_and_removed(self, store: Store) -> None:
        """Removing one that is not there is fine."""
        make_model(store)
        for key, value in (("a", "1"), ("b", "é"), ("a", "2"), ("c", "")):
            store.registered_models.set_tag(SetRegisteredModelTag("m", key, value))

        store.registered_models.delete_tag(DeleteRegisteredModelTag("m", "b"))
        store.registered_models.delete_tag(DeleteRegisteredModelTag("m", "b"))

        assert get_model(store).tags == [RegisteredModelTag("a", "2"), RegisteredModelTag("c", "")]

    def test_an_alias_points_at_one_version_and_moves(self, store: Store) -> None:
        """A version may have several; both sides tell of them."""
        make_model(store, versions=2)
        for alias, version in (("champion", "1"), ("Champion", "1"), ("новый", "2"), ("champion", "2")):
            store.registered_models.set_alias(SetRegisteredModelAlias("m", alias, version))

        assert get_model(store).aliases == [
            RegisteredModelAlias("Champion", "1"),
            RegisteredModelAlias("champion", "2"),
            RegisteredModelAlias("новый", "2"),
        ]
        assert _by_alias(store, "champion").version == "2"
        assert _by_alias(store, "champion").aliases == ["champion", "новый"]
        assert _by_alias(store, "Champion").aliases == ["Champion"]

    def test_latest_is_the_highest_version(self, store: Store) -> None:
        """Without having been set."""
        make_model(store)
        with expect_error(ResourceDoesNotExist, "Registered Model with name=m has no versions. Create one first."):
            _by_alias(store, "latest")
        for number in (1, 2):
            store.model_versions.create(CreateModelVersion("m", f"s3://b/{number}"))

        assert _by_alias(store, "LATEST").version == "2"

    def test_an_alias_goes_with_its_version(self, store: Store) -> None:
        """Or when it is removed, which may be done twice."""
        make_model(store, versions=2)
        store.registered_models.set_alias(SetRegisteredModelAlias("m", "a", "1"))
        store.registered_models.set_alias(SetRegisteredModelAlias("m", "b", "2"))

        store.model_versions.delete(DeleteModelVersion("m", "1"))
        store.registered_models.delete_alias(DeleteRegisteredModelAlias("m", "b"))
        store.registered_models.delete_alias(DeleteRegisteredModelAlias("m", "b"))

        assert get_model(store).aliases == []
        for alias in ("a", "b"):
            with expect_error(InvalidParameterValue, f"Registered model alias {alias} not found."):
                _by_alias(store, alias)

    def test_a_bad_alias_is_refused(self, store: Store) -> None:
        """Reserved, too long, or with characters that a URI does not carry."""
        make_model(store, versions=2)

        for alias, message in [
            ("", "Missing value for required parameter 'alias'. …"),
            ("a b", "Invalid alias name: 'a b'. …"),
            ("a/b", "Invalid alias name: 'a/b'. …"),
            ("Latest", "'latest' alias name (case insensitive) is reserved."),
            ("v2", "Version alias name 'v2' is reserved."),
            ("V10", "Version alias name 'V10' is reserved."),
            ("a" * 256, "'Registered model alias name' exceeds the maximum length of 255 characters"),
        ]:
            with expect_error(InvalidParameterValue, message):
                store.registered_models.set_alias(SetRegisteredModelAlias("m", alias, "2"))

    def test_an_alias_needs_a_version_that_exists(self, store: Store) -> None:
        """And is an integer."""
        make_model(store, versions=1)

        with expect_error(ResourceDoesNotExist, "Model Version (name=m, version=2) not found"):
            store.registered_models.set_alias(SetRegisteredModelAlias("m", "a", "2"))
        with expect_error(InvalidParameterValue, "Parameter 'version' must be an integer, got 'abc'."):
            store.registered_models.set_alias(SetRegisteredModelAlias("m", "a", "abc"))

    def test_the_latest_versions_are_the_highest_of_each_stage(self, store: Store) -> None:
        """With the model, or asked for by stage in any case."""
        make_model(store, versions=5)
        for version, stage in (("1", "Production"), ("2", "Production"), ("3", "Staging"), ("4", "Archived")):
            store.model_versions.transition_stage(TransitionModelVersionStage("m", version, stage))

        every = store.registered_models.get_latest_versions(GetLatestVersions("m")).model_versions
        some = store.registered_models.get_latest_versions(GetLatestVersions("m", ["ARCHIVED", "production"]))

        assert [(version.version, version.current_stage) for version in every] == [
            ("5", "None"),
            ("3", "Staging"),
            ("2", "Production"),
            ("4", "Archived"),
        ]
        assert get_model(store).latest_versions == every
        assert [version.version for version in some.model_versions] == ["4", "2"]
        with expect_error(InvalidParameterValue, "Invalid Model Version stage: Zzz. Value must be one of None, …"):
            store.registered_models.get_latest_versions(GetLatestVersions("m", ["Zzz"]))

    def test_a_page_has_one_to_a_thousand_models(self, store: Store) -> None:
        """Other sizes are refused."""
        for size in (-1, 0, 1001):
            with expect_error(InvalidParameterValue, f"Invalid value {size} for parameter 'max_results' supplied. …"):
                store.registered_models.search(SearchRegisteredModels("", size))
