"""What every store does with saved views. Subclass in a test module that has a fixture `store`."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from headwater.protocol.errors import InvalidParameterValue, ResourceConflict, ResourceDoesNotExist
from headwater.protocol.experiments import DeleteExperiment, ExperimentTag, GetExperiment, SetExperimentTag
from headwater.protocol.trash import PurgeTrash
from headwater.protocol.views import (
    CreateView,
    DeleteView,
    GetView,
    ListViews,
    ListViewVersions,
    UpdateView,
    View,
    ViewVersion,
)
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, make_experiment

STATE: dict[str, Any] = {
    "columns": ["metrics.loss", 'metrics.loss{split="val"}'],
    "x": {"log": True, "max": 1.5},
    "é": None,
}


class ViewsContract:
    """A view comes back as it was saved, in each of its versions."""

    def test_a_view_comes_back_as_it_was_saved(self, store: Store) -> None:
        """Whatever JSON its state is; saving it again under the same id changes nothing."""
        experiment_id = make_experiment(store)
        request = CreateView("Learning curves", STATE, experiment_id, "ada", uuid.uuid4().hex)

        view = store.views.create(request).view
        again = store.views.create(request).view

        assert again == view == store.views.get(GetView(view.view_id)).view
        assert (view.name, view.owner, view.user_id, view.version) == ("Learning curves", "ada", "ada", 1)
        assert (view.experiment_id, view.state) == (experiment_id, STATE)
        assert view.creation_time == view.last_update_time > 0

    def test_every_version_is_kept(self, store: Store) -> None:
        """A name alone may change, or the state alone."""
        first = store.views.create(CreateView("a", {"n": 1}, user_id="ada")).view
        second = store.views.update(UpdateView(first.view_id, 1, state={"n": 2}, user_id="bob")).view
        third = store.views.update(UpdateView(first.view_id, 2, name="b")).view

        states = [store.views.get(GetView(first.view_id, version)).view.state for version in (0, 1, 2, 3)]

        assert states == [{"n": 2}, {"n": 1}, {"n": 2}, {"n": 2}]
        assert (second.version, second.owner, second.user_id, second.name) == (2, "ada", "bob", "a")
        assert (third.version, third.name) == (3, "b")
        with expect_error(ResourceDoesNotExist, "The view 'b' has no version '4'; its newest is 3."):
            store.views.get(GetView(first.view_id, 4))

    def test_who_saved_each_version_is_told(self, store: Store) -> None:
        """The newest comes first, as in a history."""
        first = store.views.create(CreateView("a", {}, user_id="ada")).view
        second = store.views.update(UpdateView(first.view_id, 1, state={"n": 2}, user_id="bob")).view

        versions = store.views.list_versions(ListViewVersions(first.view_id)).versions

        assert versions == [
            ViewVersion(2, "bob", second.last_update_time),
            ViewVersion(1, "ada", first.creation_time),
        ]
        with expect_error(ResourceDoesNotExist, "No view has the id 'gone'. It may have been deleted."):
            store.views.list_versions(ListViewVersions("gone"))

    def test_nobody_overwrites_what_he_has_not_seen(self, store: Store) -> None:
        """Of several who save at once one succeeds."""
        view = store.views.create(CreateView("shared", {})).view

        def save(number: int) -> View | None:
            try:
                return store.views.update(UpdateView(view.view_id, 1, state={"n": number})).view
            except ResourceConflict:
                return None

        with ThreadPoolExecutor(4) as pool:
            saved = [found for found in pool.map(save, range(8)) if found]

        assert [store.views.get(GetView(view.view_id)).view] == saved
        with expect_error(ResourceConflict, "The view 'shared' has version '2' by now, not '1'.…"):
            store.views.update(UpdateView(view.view_id, 1))

    def test_views_are_listed_by_name(self, store: Store) -> None:
        """Those of an experiment, or those of none; a deleted one no longer, and deleting it again is no error."""
        experiment_id = make_experiment(store)
        ids = {name: store.views.create(CreateView(name, {}, experiment_id)).view.view_id for name in ("b", "a", "c")}
        across = store.views.create(CreateView("across", {})).view

        for _ in range(2):
            store.views.delete(DeleteView(ids["b"]))

        listed = store.views.list(ListViews(experiment_id)).views
        assert [(view.name, view.view_id, view.version) for view in listed] == [("a", ids["a"], 1), ("c", ids["c"], 1)]
        assert [view.view_id for view in store.views.list(ListViews()).views] == [across.view_id]
        with expect_error(ResourceDoesNotExist, f"No view has the id '{ids['b']}'. It may have been deleted."):
            store.views.get(GetView(ids["b"]))

    def test_views_go_for_good_with_their_experiment(self, store: Store) -> None:
        """When the trash is emptied."""
        experiment_id = make_experiment(store)
        view = store.views.create(CreateView("a", {}, experiment_id)).view
        store.experiments.delete(DeleteExperiment(experiment_id))
        store.trash.purge(PurgeTrash())

        with expect_error(ResourceDoesNotExist, f"No view has the id '{view.view_id}'. It may have been deleted."):
            store.views.get(GetView(view.view_id))

    def test_the_views_of_mlflow_are_tags_that_stay_as_they_are(self, store: Store) -> None:
        """Its clients keep them there."""
        experiment_id = make_experiment(store)
        tag = ExperimentTag("mlflow.customView.1", '{"name": "mine", "state": {"a": [1]}}')
        store.experiments.set_tag(SetExperimentTag(experiment_id, tag.key, tag.value))

        assert store.experiments.get(GetExperiment(experiment_id)).experiment.tags == [tag]

    def test_nonsense_is_refused(self, store: Store) -> None:
        """With what to do about it."""
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'name'.…"):
            store.views.create(CreateView("", {}))
        with expect_error(InvalidParameterValue, "The state has '1000008' bytes as JSON; at most 1000000 are kept."):
            store.views.create(CreateView("a", {"a": "x" * 1_000_000}))
        with expect_error(ResourceDoesNotExist, "No Experiment with id=987654 exists"):
            store.views.create(CreateView("a", {}, "987654"))
        with expect_error(ResourceDoesNotExist, "No view has the id 'gone'. It may have been deleted."):
            store.views.update(UpdateView("gone", 1, name="b"))

    def test_views_of_a_kind_are_listed_apart(self, store: Store) -> None:
        """A report is no view of runs; each keeps its kind through its versions."""
        runs = store.views.create(CreateView("of runs", {})).view
        report = store.views.create(CreateView("a report", {"blocks": []}, kind="report")).view
        changed = store.views.update(UpdateView(report.view_id, 1, state={"blocks": [1]})).view

        listed = [view.view_id for view in store.views.list(ListViews()).views]
        reports = store.views.list(ListViews(kind="report")).views

        assert runs.view_id in listed
        assert report.view_id not in listed
        assert [(view.view_id, view.kind, view.version) for view in reports] == [(report.view_id, "report", 2)]
        assert (runs.kind, changed.kind) == ("", "report")

    def test_a_kind_that_is_too_long_is_refused(self, store: Store) -> None:
        """With how long it may be."""
        with expect_error(InvalidParameterValue, "…"):
            store.views.create(CreateView("a", {}, kind="k" * 51))
