"""What every store does to find things by a part of their names. Subclass in a module that has a fixture `store`."""

import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import CreateExperiment, DeleteExperiment
from headwater.protocol.finding import Find
from headwater.protocol.model_versions import CreateModelVersion
from headwater.protocol.registered_models import CreateRegisteredModel, SetRegisteredModelAlias
from headwater.protocol.runs import CreateRun, DeleteRun
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error


def _experiment(store: Store, name: str) -> str:
    return store.experiments.create(CreateExperiment(name)).experiment_id


def _run(store: Store, experiment_id: str, name: str, start_time: int) -> str:
    return store.runs.create(CreateRun(experiment_id, run_name=name, start_time=start_time)).run.info.run_id


class FindingContract:
    """Experiments, runs and models are found at once, what was active last first."""

    def test_every_word_of_a_text_is_part_of_the_name(self, store: Store) -> None:
        """In any order and case; what is special to a database is not special here."""
        churn, other = _experiment(store, "Team/Churn 50%_a"), _experiment(store, "demand")
        first = _run(store, churn, "brave-owl-1", 1000)
        _run(store, churn, "brave-fox-2", 2000)
        last = _run(store, other, "OWL brave 3", 3000)
        store.registered_models.create(CreateRegisteredModel("churn-owl"))

        owls, percents = store.finding.find(Find("owl BRAVE")), store.finding.find(Find("50%_"))

        assert [run.run_id for run in owls.runs] == [last, first]
        assert (owls.runs[0].run_name, owls.runs[0].status, owls.runs[0].start_time) == ("OWL brave 3", "RUNNING", 3000)
        assert (owls.runs[1].experiment_id, owls.runs[1].experiment_name) == (churn, "Team/Churn 50%_a")
        assert (owls.experiments, owls.models) == ([], [])
        assert [found.experiment_id for found in percents.experiments] == [churn]
        assert store.finding.find(Find("%")).runs == []

    def test_letters_stand_apart_only_if_nothing_else_is_found(self, store: Store) -> None:
        """As people abbreviate."""
        churn = _experiment(store, "team/churn")
        run_id = _run(store, churn, "brave-owl-1", 1000)
        store.registered_models.create(CreateRegisteredModel("rates"))

        assert [run.run_id for run in store.finding.find(Find("bwl")).runs] == [run_id]
        assert [found.experiment_id for found in store.finding.find(Find("chrn tm")).experiments] == [churn]
        assert [found.name for found in store.finding.find(Find("rate")).models] == ["rates"]
        assert store.finding.find(Find("rate")).runs == []

    def test_an_id_is_found_by_its_beginning(self, store: Store) -> None:
        """Of runs and experiments."""
        experiment_id = _experiment(store, "by id")
        run_id = _run(store, experiment_id, "unnamed", 1)

        assert [run.run_id for run in store.finding.find(Find(run_id[:12])).runs] == [run_id]
        assert experiment_id in [found.experiment_id for found in store.finding.find(Find(experiment_id)).experiments]
        assert store.finding.find(Find(run_id[1:])).runs == []

    def test_only_some_experiments_may_be_looked_through(self, store: Store) -> None:
        """For somebody who has nothing to do with the others."""
        own, other = _experiment(store, "own churn"), _experiment(store, "other churn")
        run_id = _run(store, own, "churn", 1)
        for start_time in range(2, 12):
            _run(store, other, "churn", start_time)

        found = store.finding.find(Find("churn", among=[own]))

        assert [run.run_id for run in found.runs] == [run_id]
        assert [each.experiment_id for each in found.experiments] == [own]

    def test_models_come_with_their_newest_version_and_aliases(self, store: Store) -> None:
        """Which is what their addresses are made of."""
        store.registered_models.create(CreateRegisteredModel("churn"))
        for number in (1, 2):
            store.model_versions.create(CreateModelVersion("churn", f"s3://models/{number}"))
        store.registered_models.set_alias(SetRegisteredModelAlias("churn", "champion", "1"))

        store.registered_models.create(CreateRegisteredModel("other"))

        (found,) = store.finding.find(Find("churn")).models

        assert store.finding.find(Find("CHAMP")).models == [found]
        assert (found.name, found.last_version) == ("churn", 2)
        assert [(alias.alias, alias.version) for alias in found.aliases] == [("champion", "1")]

    def test_the_latest_are_found_without_a_text(self, store: Store) -> None:
        """As many of each kind as are asked for, and none from the trash."""
        kept, deleted = _experiment(store, "kept"), _experiment(store, "deleted")
        runs = [_run(store, kept, f"run-{number}", number) for number in range(5)]
        gone = _run(store, deleted, "gone", 9)
        store.runs.delete(DeleteRun(runs[4]))
        store.experiments.delete(DeleteExperiment(deleted))

        found = store.finding.find(Find(limit=3))

        assert [run.run_id for run in found.runs] == [runs[3], runs[2], runs[1]]
        assert deleted not in [experiment.experiment_id for experiment in found.experiments]
        assert store.finding.find(Find(gone)).runs == []

    @pytest.mark.parametrize("limit", [0, 51])
    def test_a_limit_that_is_not_allowed_is_refused(self, store: Store, limit: int) -> None:
        """With the value and what is allowed."""
        with expect_error(InvalidParameterValue, f"Invalid limit '{limit}': 1 to 50."):
            store.finding.find(Find(limit=limit))

    @pytest.mark.parametrize("text", ["a\0", "a" * 201])
    def test_a_text_that_no_name_can_hold_is_refused(self, store: Store, text: str) -> None:
        """Before any database is asked."""
        with pytest.raises(InvalidParameterValue, match="text"):
            store.finding.find(Find(text))
