"""What every store does with experiments. Subclass in a test module that has a fixture `store`."""

import pytest

from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import (
    CreateExperiment,
    DeleteExperiment,
    DeleteExperimentTag,
    Experiment,
    ExperimentTag,
    GetExperiment,
    GetExperimentByName,
    LifecycleStage,
    RestoreExperiment,
    SearchExperiments,
    SetExperimentTag,
    UpdateExperiment,
    ViewType,
)
from headwater.protocol.runs import DeleteRun
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, make_experiment, make_run


def _get(store: Store, experiment_id: str) -> Experiment:
    return store.experiments.get(GetExperiment(experiment_id)).experiment


def _search(store: Store, request: SearchExperiments) -> list[Experiment]:
    return store.experiments.search(request).experiments


class ExperimentsContract:
    """Creating, reading, renaming, deleting and tagging experiments."""

    def test_a_new_store_has_the_experiment_default(self, store: Store) -> None:
        """It has the id 0, as clients expect."""
        found = _get(store, "0")

        assert (found.name, found.artifact_location) == ("Default", "mlflow-artifacts:/0")

    def test_a_created_experiment_reads_back_whole(self, store: Store) -> None:
        """Everything given at creation, and the times."""
        tags = [ExperimentTag("b", "2"), ExperimentTag("a", "1")]
        made = store.experiments.create(CreateExperiment("e é 🎉", "s3://bucket/x?y=1", tags))

        found = _get(store, made.experiment_id)

        assert found == Experiment(
            experiment_id=made.experiment_id,
            name="e é 🎉",
            artifact_location="s3://bucket/x?y=1",
            lifecycle_stage=LifecycleStage.ACTIVE,
            last_update_time=found.creation_time,
            creation_time=found.creation_time,
            tags=[ExperimentTag("a", "1"), ExperimentTag("b", "2")],
        )
        assert found.creation_time > 1_600_000_000_000

    def test_the_default_location_is_named_for_the_id(self, store: Store) -> None:
        """So that the server keeps the artifacts."""
        experiment_id = make_experiment(store)

        assert _get(store, experiment_id).artifact_location == f"mlflow-artifacts:/{experiment_id}"

    def test_a_name_is_taken_even_when_its_experiment_is_deleted(self, store: Store) -> None:
        """Active and deleted experiments share the names."""
        made = store.experiments.create(CreateExperiment("taken")).experiment_id

        with expect_error(ResourceAlreadyExists, "Experiment(name=taken) already exists. Choose another name."):
            store.experiments.create(CreateExperiment("taken"))
        store.experiments.delete(DeleteExperiment(made))
        with expect_error(ResourceAlreadyExists, "Experiment(name=taken) already exists. It is deleted: …"):
            store.experiments.create(CreateExperiment("taken"))

    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            (
                CreateExperiment(""),
                "Missing value for required parameter 'name'. See the API docs for more information about request "
                "parameters.",
            ),
            (CreateExperiment("x" * 501), "'name' exceeds the maximum length of 500 characters"),
            (CreateExperiment("x", "y" * 2049), "'artifact_location' exceeds the maximum length of 2048 characters"),
            (CreateExperiment("x", "s3://b/c#d"), "Invalid artifact location 's3://b/c#d'"),
            (CreateExperiment("x", "s3://b/c;d"), "Invalid artifact location 's3://b/c;d'"),
            (CreateExperiment("x", "runs:/abc"), "Invalid artifact location 'runs:/abc'"),
            (
                CreateExperiment("x", tags=[ExperimentTag("a*b", "")]),
                "Invalid value \"a*b\" for parameter 'tags[0].key' supplied: Names may only contain alphanumerics",
            ),
            (
                CreateExperiment("x", tags=[ExperimentTag("a", "v" * 20001)]),
                "'value' exceeds the maximum length of 20000 characters",
            ),
        ],
    )
    def test_what_may_not_be_created_is_refused(self, store: Store, request_: CreateExperiment, message: str) -> None:
        """With the reason, and nothing is made."""
        with expect_error(InvalidParameterValue, f"{message}…"):
            store.experiments.create(request_)

    def test_the_longest_name_and_tag_value_are_kept(self, store: Store) -> None:
        """500 and 20,000 characters."""
        made = store.experiments.create(CreateExperiment("n" * 500, tags=[ExperimentTag("k", "é" * 20000)]))

        found = _get(store, made.experiment_id)

        assert (found.name, found.tags) == ("n" * 500, [ExperimentTag("k", "é" * 20000)])

    def test_an_unknown_experiment_is_told_from_a_bad_id(self, store: Store) -> None:
        """404 against 400."""
        with expect_error(ResourceDoesNotExist, "No Experiment with id=99 exists"):
            _get(store, "99")
        with expect_error(InvalidParameterValue, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."):
            _get(store, "abc")
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'experiment_id'.…"):
            _get(store, "")

    def test_a_name_finds_its_experiment_even_deleted(self, store: Store) -> None:
        """Clients decide by its lifecycle stage."""
        made = store.experiments.create(CreateExperiment("by name")).experiment_id
        store.experiments.delete(DeleteExperiment(made))

        found = store.experiments.get_by_name(GetExperimentByName("by name")).experiment

        assert (found.experiment_id, found.lifecycle_stage) == (made, LifecycleStage.DELETED)
        with expect_error(ResourceDoesNotExist, "Could not find experiment with name 'nobody'"):
            store.experiments.get_by_name(GetExperimentByName("nobody"))

    def test_an_experiment_is_renamed(self, store: Store) -> None:
        """And its update time moves."""
        made = make_experiment(store)
        before = _get(store, made)

        store.experiments.update(UpdateExperiment(made, "renamed"))

        after = _get(store, made)
        assert after.name == "renamed"
        assert after.last_update_time >= before.last_update_time
        assert after.creation_time == before.creation_time

    def test_a_rename_is_refused_where_it_cannot_be(self, store: Store) -> None:
        """To a name that is taken, of a deleted experiment, of none."""
        made, other = make_experiment(store), store.experiments.create(CreateExperiment("other")).experiment_id

        with expect_error(ResourceAlreadyExists, "Experiment(name=other) already exists. …"):
            store.experiments.update(UpdateExperiment(made, "other"))
        store.experiments.update(UpdateExperiment(other, "other"))
        store.experiments.delete(DeleteExperiment(made))
        with expect_error(InvalidParameterValue, "Cannot rename a non-active experiment."):
            store.experiments.update(UpdateExperiment(made, "new"))
        with expect_error(ResourceDoesNotExist, "No Experiment with id=99 exists"):
            store.experiments.update(UpdateExperiment("99", "new"))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'new_name'.…"):
            store.experiments.update(UpdateExperiment(other, ""))

    def test_deleting_an_experiment_deletes_its_runs(self, store: Store) -> None:
        """And a second time there is nothing to delete."""
        made = make_experiment(store)
        run_id = make_run(store, made)

        store.experiments.delete(DeleteExperiment(made))

        assert _get(store, made).lifecycle_stage is LifecycleStage.DELETED
        assert get_run(store, run_id).info.lifecycle_stage is LifecycleStage.DELETED
        with expect_error(ResourceDoesNotExist, f"No Experiment with id={made} exists…"):
            store.experiments.delete(DeleteExperiment(made))

    def test_restoring_an_experiment_restores_all_its_runs(self, store: Store) -> None:
        """Also the one that had been deleted by itself."""
        made = make_experiment(store)
        kept, deleted = make_run(store, made), make_run(store, made)
        store.runs.delete(DeleteRun(deleted))
        store.experiments.delete(DeleteExperiment(made))

        store.experiments.restore(RestoreExperiment(made))

        assert _get(store, made).lifecycle_stage is LifecycleStage.ACTIVE
        stages = {get_run(store, run_id).info.lifecycle_stage for run_id in (kept, deleted)}
        assert stages == {LifecycleStage.ACTIVE}
        with expect_error(ResourceDoesNotExist, f"No Experiment with id={made} exists…"):
            store.experiments.restore(RestoreExperiment(made))

    def test_a_tag_is_set_replaced_and_removed(self, store: Store) -> None:
        """A missing value is empty; removing twice is an error."""
        made = make_experiment(store)

        store.experiments.set_tag(SetExperimentTag(made, "a", "1"))
        store.experiments.set_tag(SetExperimentTag(made, "a", "2"))
        store.experiments.set_tag(SetExperimentTag(made, "empty"))

        assert _get(store, made).tags == [ExperimentTag("a", "2"), ExperimentTag("empty", "")]
        store.experiments.delete_tag(DeleteExperimentTag(made, "a"))
        assert _get(store, made).tags == [ExperimentTag("empty", "")]
        with expect_error(ResourceDoesNotExist, f"No tag with name: a in experiment with id {made}"):
            store.experiments.delete_tag(DeleteExperimentTag(made, "a"))

    def test_a_tag_of_a_deleted_or_unknown_experiment_is_refused(self, store: Store) -> None:
        """With the messages that clients know."""
        made = make_experiment(store)
        store.experiments.delete(DeleteExperiment(made))
        gone = f"The experiment {made} must be in the 'active' state. Current state is deleted."

        with expect_error(InvalidParameterValue, gone):
            store.experiments.set_tag(SetExperimentTag(made, "a", "1"))
        with expect_error(InvalidParameterValue, gone):
            store.experiments.delete_tag(DeleteExperimentTag(made, "a"))
        with expect_error(ResourceDoesNotExist, "No Experiment with id=99 exists"):
            store.experiments.set_tag(SetExperimentTag("99", "a", "1"))

    @pytest.mark.parametrize(
        ("key", "message"),
        [
            ("", "Missing value for required parameter 'key'."),
            ("x" * 251, "'key' exceeds the maximum length of 250 characters"),
            ("/a", "Invalid value \"/a\" for parameter 'key' supplied: Names may be treated as files in certain cases"),
            ("a/../b", "Invalid value \"a/../b\" for parameter 'key' supplied: Names may be treated as files"),
            ("a,b", "Invalid value \"a,b\" for parameter 'key' supplied: Names may only contain alphanumerics"),
        ],
    )
    def test_a_tag_key_obeys_the_rules(self, store: Store, key: str, message: str) -> None:
        """The same rules as for runs."""
        made = make_experiment(store)

        with expect_error(InvalidParameterValue, f"{message}…"):
            store.experiments.set_tag(SetExperimentTag(made, key, "v"))

    def test_a_search_needs_a_page_size(self, store: Store) -> None:
        """From 1 to 50,000."""
        message = "Invalid value {} for parameter 'max_results' supplied. It must be {}"

        with expect_error(InvalidParameterValue, message.format(0, "a positive integer")):
            store.experiments.search(SearchExperiments())
        with expect_error(InvalidParameterValue, message.format(50001, "at most 50000")):
            store.experiments.search(SearchExperiments(50001))

    def test_a_search_goes_page_by_page_without_gap_or_overlap(self, store: Store) -> None:
        """And the last page has no token, even when it is full."""
        made = {make_experiment(store) for _ in range(5)} | {"0"}

        pages: list[list[str]] = []
        token = ""
        while not pages or token:
            answer = store.experiments.search(SearchExperiments(2, page_token=token))
            pages.append([found.experiment_id for found in answer.experiments])
            token = answer.next_page_token

        assert [len(page) for page in pages] == [2, 2, 2]
        assert {experiment_id for page in pages for experiment_id in page} == made

    def test_a_bad_page_token_is_refused(self, store: Store) -> None:
        """In words that clients know."""
        with expect_error(InvalidParameterValue, "Invalid page token, could not base64-decode"):
            store.experiments.search(SearchExperiments(2, page_token="*"))  # noqa: S106 - a page's

    def test_a_search_shows_the_stage_that_was_asked_for(self, store: Store) -> None:
        """Active ones unless said otherwise."""
        active, deleted = make_experiment(store), make_experiment(store)
        store.experiments.delete(DeleteExperiment(deleted))

        found = {
            view: {
                row.experiment_id for row in store.experiments.search(SearchExperiments(9, view_type=view)).experiments
            }
            for view in ViewType
        }

        assert found == {
            ViewType.ACTIVE_ONLY: {"0", active},
            ViewType.DELETED_ONLY: {deleted},
            ViewType.ALL: {"0", active, deleted},
        }

    def test_a_search_filters_and_orders(self, store: Store) -> None:
        """By name, here."""
        names = ["beta", "alpha", "gamma"]
        for name in names:
            store.experiments.create(CreateExperiment(name))

        found = store.experiments.search(SearchExperiments(9, "name LIKE '%a%' AND name != 'Default'", ["name ASC"]))

        assert [row.name for row in found.experiments] == sorted(names)
