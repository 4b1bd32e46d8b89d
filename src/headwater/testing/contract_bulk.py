"""What every store does with one change of many runs. Subclass in a test module that has a fixture `store`."""

from headwater.protocol.bulk import ArchiveRuns, TagChange, TagRuns, UnarchiveRuns
from headwater.protocol.columns import ChangedRun, Changes
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.experiments import LifecycleStage
from headwater.protocol.runs import DeleteRun
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, get_tags, make_experiment, make_run

UNKNOWN = "f" * 32


class BulkContract:
    """Many runs change at once, or none does."""

    def test_runs_move_to_the_trash_and_back(self, store: Store) -> None:
        """The answer names those that moved, so that just these can be moved back; who watches is told."""
        experiment = make_experiment(store)
        runs = [make_run(store, experiment) for _ in range(3)]
        store.runs.delete(DeleteRun(runs[0]))
        before = store.columns.changes(Changes()).cursor

        moved = store.bulk.archive(ArchiveRuns(runs)).run_ids
        stages = [get_run(store, run_id).info.lifecycle_stage for run_id in runs]
        changed = store.columns.changes(Changes(before)).runs
        back = store.bulk.unarchive(UnarchiveRuns(moved)).run_ids

        assert sorted(moved) == sorted(runs[1:]) == sorted(back)
        assert stages == [LifecycleStage.DELETED] * 3
        assert sorted(changed, key=lambda run: run.run_id) == [
            ChangedRun(experiment, run_id) for run_id in sorted(runs[1:])
        ]
        assert get_run(store, runs[0]).info.lifecycle_stage is LifecycleStage.DELETED
        assert get_run(store, runs[1]).info.lifecycle_stage is LifecycleStage.ACTIVE

    def test_none_moves_if_one_does_not_exist(self, store: Store) -> None:
        """And no runs at all are refused."""
        run_id = make_run(store)
        with expect_error(ResourceDoesNotExist, f"Run with id={UNKNOWN} not found"):
            store.bulk.archive(ArchiveRuns([run_id, UNKNOWN]))
        with expect_error(InvalidParameterValue, "Between 1 and 50000 runs can be changed at once; got '0'."):
            store.bulk.unarchive(UnarchiveRuns([]))
        assert get_run(store, run_id).info.lifecycle_stage is LifecycleStage.ACTIVE

    def test_tags_change_and_the_answer_takes_it_back(self, store: Store) -> None:
        """A changed, a new and a removed tag, and the one that is the name."""
        experiment = make_experiment(store)
        first, second = (make_run(store, experiment, name=name) for name in ("first", "second"))
        store.bulk.tag(TagRuns([TagChange([first], "team", "vision"), TagChange([first, second], "old", "1")]))
        before = [get_tags(store, run_id) for run_id in (first, second)]

        answer = store.bulk.tag(
            TagRuns(
                [
                    TagChange([first, second], "team", "speech"),
                    TagChange([first, second], "team", "é"),
                    TagChange([first], "old"),
                    TagChange([second], "mlflow.runName", "renamed"),
                ]
            )
        )
        after = [get_tags(store, run_id) for run_id in (first, second)]
        name = get_run(store, second).info.run_name
        store.bulk.tag(TagRuns(answer.undo))

        assert [tags.get("team") for tags in after] == ["é", "é"]
        assert [tags.get("old") for tags in after] == [None, "1"]
        assert name == "renamed"
        assert [get_tags(store, run_id) for run_id in (first, second)] == before
        assert get_run(store, second).info.run_name == "second"

    def test_tags_of_archived_or_unknown_runs_are_refused_whole(self, store: Store) -> None:
        """As for one run; nothing is written."""
        run_id, archived = make_run(store), make_run(store)
        store.runs.delete(DeleteRun(archived))
        with expect_error(InvalidParameterValue, f"The run {archived} must be in the 'active' state.…"):
            store.bulk.tag(TagRuns([TagChange([run_id, archived], "team", "x")]))
        with expect_error(ResourceDoesNotExist, f"Run with id={UNKNOWN} not found"):
            store.bulk.tag(TagRuns([TagChange([UNKNOWN], "team", "x")]))
        with expect_error(InvalidParameterValue, "Between 1 and 10000 tags can be changed at once; got '0'."):
            store.bulk.tag(TagRuns([]))
        assert "team" not in get_tags(store, run_id)
