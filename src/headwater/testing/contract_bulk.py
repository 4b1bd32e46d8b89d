"""What every store does with one change of many runs. Subclass in a test module that has a fixture `store`."""

from headwater.protocol.bulk import (
    ArchiveRuns,
    EditKeys,
    EditKeysResponse,
    KeyChange,
    TagChange,
    TagRuns,
    UnarchiveRuns,
)
from headwater.protocol.columns import ChangedRun, Changes, KeyKind
from headwater.protocol.edits import EditAction, ListEdits
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import LifecycleStage
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import DeleteRun, LogBatch, Param
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


class BulkKeysContract:
    """Metrics and params of many runs are renamed and deleted at once."""

    def test_keys_are_renamed_and_params_deleted_and_the_answer_takes_it_back(self, store: Store) -> None:
        """Runs without the key are passed over; each run keeps who did what; who watches is told."""
        experiment = make_experiment(store)
        first, second, third = (make_run(store, experiment) for _ in range(3))
        for run_id, rate in ((first, "0.1"), (second, "0.2")):
            points = [Metric("loss", 2.0, 1, 0), Metric("loss", 1.0, 2, 1)]
            store.runs.log_batch(LogBatch(run_id, points, [Param("lr", rate), Param("depth", "3")]))
        store.runs.log_batch(LogBatch(third, [], [Param("depth", "3")]))
        runs = [first, second, third]
        before = [get_run(store, run_id).data for run_id in runs]
        cursor = store.columns.changes(Changes()).cursor

        answer = store.bulk.edit_keys(
            EditKeys(
                [
                    KeyChange(runs, KeyKind.METRIC, "loss", new_key="train/loss"),
                    KeyChange(runs, KeyKind.PARAM, "lr", new_key="rate"),
                    KeyChange([first, third], KeyKind.PARAM, "depth"),
                    KeyChange([second, third], KeyKind.PARAM, "note", value="kept"),
                ],
                user_id="ada",
            )
        )
        after = [get_run(store, run_id).data for run_id in runs]
        told = {run.run_id for run in store.columns.changes(Changes(cursor)).runs}
        edits = [(edit.action, edit.user_id, edit.key) for edit in store.edits.list(ListEdits(first)).edits]
        again = store.bulk.edit_keys(EditKeys(answer.undo))

        assert (sorted(answer.run_ids), answer.points, told) == (sorted(runs), 0, set(runs))
        assert [[metric.key for metric in data.metrics] for data in after] == [["train/loss"], ["train/loss"], []]
        assert [[(param.key, param.value) for param in data.params] for data in after] == [
            [("rate", "0.1")],
            [("depth", "3"), ("note", "kept"), ("rate", "0.2")],
            [("note", "kept")],
        ]
        assert edits == [
            (EditAction.RENAME_METRIC, "ada", "train/loss"),
            (EditAction.RENAME_PARAM, "ada", "rate"),
            (EditAction.DELETE_PARAM, "ada", "depth"),
        ]
        assert sorted(again.run_ids) == sorted(runs)
        assert [get_run(store, run_id).data for run_id in runs] == before

    def test_deleted_metrics_are_counted_and_cannot_come_back(self, store: Store) -> None:
        """The answer takes nothing back of them; a second time nothing is left to do."""
        run_id, other = make_run(store), make_run(store)
        store.runs.log_batch(LogBatch(run_id, [Metric("loss", float(step), 1, step) for step in range(3)]))
        change = KeyChange([run_id, other], KeyKind.METRIC, "loss")

        answers = [store.bulk.edit_keys(EditKeys([change])) for _ in range(2)]

        assert answers == [EditKeysResponse([run_id], 3, []), EditKeysResponse([], 0, [])]
        assert get_run(store, run_id).data.metrics == []

    def test_keys_change_in_all_runs_or_in_none(self, store: Store) -> None:
        """A name that is taken, an archived run and one that does not exist undo the rest."""
        run_id, both, archived = (make_run(store) for _ in range(3))
        for some in (run_id, both):
            store.runs.log_batch(LogBatch(some, [], [Param("lr", "0.1")]))
        store.runs.log_batch(LogBatch(both, [], [Param("rate", "0.2")]))
        store.runs.delete(DeleteRun(archived))

        def edit(*run_ids: str, **change: str) -> None:
            store.bulk.edit_keys(EditKeys([KeyChange(list(run_ids), KeyKind.PARAM, "lr", **change)]))

        with expect_error(ResourceAlreadyExists, f"Run '{both}' has a param 'rate' already.…"):
            edit(run_id, both, new_key="rate")
        with expect_error(InvalidParameterValue, f"The run {archived} must be in the 'active' state.…"):
            edit(run_id, archived)
        with expect_error(ResourceDoesNotExist, f"Run with id={UNKNOWN} not found"):
            edit(run_id, UNKNOWN)
        with expect_error(InvalidParameterValue, "Between 1 and 50000 runs can be changed at once; got '0'."):
            edit()
        with expect_error(InvalidParameterValue, "A value is given for the param 'lr'. Give one to a…"):
            edit(run_id, new_key="rate", value="1")
        with expect_error(InvalidParameterValue, "Invalid kind 'tag'. Only keys of metrics and params can be changed."):
            store.bulk.edit_keys(EditKeys([KeyChange([run_id], KeyKind.TAG, "lr")]))
        with expect_error(InvalidParameterValue, "Between 1 and 10000 keys can be changed at once; got '0'."):
            store.bulk.edit_keys(EditKeys([]))
        assert [(param.key, param.value) for param in get_run(store, run_id).data.params] == [("lr", "0.1")]
