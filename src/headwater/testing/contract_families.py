"""What every store does with the families of runs. Subclass in a test module that has a fixture `store`."""

from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.experiments import DeleteExperiment
from headwater.protocol.families import Family, GetFamily
from headwater.protocol.runs import CreateRun, DeleteRun, RunTag
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, make_experiment, make_run


def _make(store: Store, experiment_id: str, name: str, parent: str = "", start_time: int = 1000) -> str:
    tags = [RunTag("mlflow.parentRunId", parent)] if parent else []
    request = CreateRun(experiment_id=experiment_id, run_name=name, start_time=start_time, tags=tags)
    return store.runs.create(request).run.info.run_id


def _ask(store: Store, run_id: str) -> Family:
    return store.runs.get_family(GetFamily(run_id))


class FamiliesContract:
    """Ancestors and descendants by the tag that names a run's parent."""

    def test_a_run_alone_has_its_experiment_only(self, store: Store) -> None:
        experiment_id = make_experiment(store)
        run_id = make_run(store, experiment_id)

        family = _ask(store, run_id)

        assert family.experiment_name.startswith("experiment ")
        assert family == Family(family.experiment_name)

    def test_ancestors_come_from_the_parent_up_and_children_before_grandchildren(self, store: Store) -> None:
        experiment_id = make_experiment(store)
        eldest = _make(store, experiment_id, "eldest")
        parent = _make(store, experiment_id, "parent", eldest)
        run = _make(store, experiment_id, "run", parent)
        late = _make(store, experiment_id, "late child", run, 3000)
        early = _make(store, experiment_id, "early child", run, 2000)
        grandchild = _make(store, experiment_id, "grandchild", late, 1500)
        store.runs.delete(DeleteRun(early))

        family = _ask(store, run)

        assert [(one.run_id, one.parent_id) for one in family.ancestors] == [(parent, eldest), (eldest, "")]
        assert [(one.run_name, one.parent_id, one.is_archived) for one in family.descendants] == [
            ("early child", run, True),
            ("late child", run, False),
            ("grandchild", late, False),
        ]
        assert [one.run_id for one in _ask(store, grandchild).ancestors] == [late, run, parent, eldest]

    def test_circles_and_missing_parents_end_a_family(self, store: Store) -> None:
        experiment_id = make_experiment(store)
        orphan = _make(store, experiment_id, "orphan", "nobody")
        own = _make(store, experiment_id, "own parent", "mine")
        first = _make(store, experiment_id, "first", own)

        assert _ask(store, orphan).ancestors == []
        assert [one.run_id for one in _ask(store, first).ancestors] == [own]
        assert [one.run_id for one in _ask(store, own).descendants] == [first]

    def test_children_in_another_experiment_are_not_of_the_family(self, store: Store) -> None:
        run = _make(store, make_experiment(store), "run")
        _make(store, make_experiment(store), "stranger", run)

        assert _ask(store, run).descendants == []

    def test_the_family_says_that_its_experiment_is_in_the_trash(self, store: Store) -> None:
        experiment_id = make_experiment(store)
        run_id = make_run(store, experiment_id)
        store.experiments.delete(DeleteExperiment(experiment_id))

        assert _ask(store, run_id).is_experiment_archived

    def test_an_unknown_run_has_no_family(self, store: Store) -> None:
        with expect_error(ResourceDoesNotExist, "Run with id=nobody not found"):
            _ask(store, "nobody")
