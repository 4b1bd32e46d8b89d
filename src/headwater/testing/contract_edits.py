"""What every store does when runs are changed after the fact. Subclass in a test module that has a fixture `store`."""

import math
import uuid
from concurrent.futures import ThreadPoolExecutor

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts, FileInfo, GetTree, ListArtifacts
from headwater.protocol.columns import KeyKind, ListKeys, QueryRuns
from headwater.protocol.edits import (
    CopyRun,
    DeleteMetric,
    DeleteParam,
    EditAction,
    ListEdits,
    MoveRuns,
    RenameMetric,
    RenameParam,
    RewindRun,
    SetParam,
)
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import DeleteExperiment, ViewType
from headwater.protocol.journals import Append
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.runs import (
    DeleteRun,
    LogBatch,
    LogParam,
    Param,
    RunStatus,
    RunTag,
    SearchRuns,
    SetTag,
    UpdateRun,
)
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, get_tags, make_experiment, make_run

PARENT = "mlflow.parentRunId"


def _log(store: Store, run_id: str, key: str, steps: range) -> None:
    points = [Metric(key, step / 2, step, step) for step in steps]
    store.runs.log_batch(LogBatch(run_id, points))


def _end(store: Store, run_id: str) -> None:
    """End the run, so that its points are sealed."""
    store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FINISHED))


def _steps(store: Store, run_id: str, key: str) -> list[int]:
    return [point.step for point in store.metrics.get_history(GetHistory(key, run_id)).metrics]


def _latest(store: Store, run_id: str) -> dict[str, tuple[float, int]]:
    return {metric.key: (metric.value, metric.step) for metric in get_run(store, run_id).data.metrics}


def _edits(store: Store, run_id: str, key: str = "") -> list[tuple[EditAction, str, str, str | None, str | None]]:
    found = store.edits.list(ListEdits(run_id, key)).edits
    return [(edit.action, edit.user_id, edit.key, edit.old, edit.new) for edit in found]


class EditsContract:
    """An edit is whole, is kept with its author, and may be repeated."""

    def test_a_run_moves_with_all_that_search_knows_of_it(self, store: Store) -> None:
        """It is found in the new experiment only, by metric, param and tag; new points follow it."""
        old, new = make_experiment(store), make_experiment(store)
        run_id, stays = make_run(store, old), make_run(store, old)
        _log(store, run_id, "loss", range(5))
        store.runs.log_batch(LogBatch(run_id, [], [Param("lr", "0.1")], [RunTag("team", "red")]))

        moved = store.edits.move_runs(MoveRuns([run_id], new, user_id="ada")).run_ids
        again = store.edits.move_runs(MoveRuns([run_id], new)).run_ids
        _log(store, run_id, "loss", range(5, 7))
        _log(store, run_id, "acc", range(1))

        assert (moved, again) == ([run_id], [])
        query = "metrics.loss = 3 AND metrics.acc = 0 AND params.lr = '0.1' AND tags.team = 'red'"
        found = {
            experiment_id: [run.info.run_id for run in store.runs.search(SearchRuns([experiment_id], query)).runs]
            for experiment_id in (old, new)
        }
        assert found == {old: [], new: [run_id]}
        assert store.columns.query_runs(QueryRuns([old])).run_ids == [stays]
        keys = store.columns.list_keys(ListKeys([new])).keys
        assert [key.name for key in keys if key.kind is KeyKind.METRIC] == ["acc", "loss"]
        assert get_run(store, run_id).info.experiment_id == new
        assert _edits(store, run_id) == [(EditAction.MOVE, "ada", "", old, new)]

    def test_the_artifacts_of_a_moved_run_stay_reachable_and_grow(self, store: Store) -> None:
        """By the address that the run has, and below its new experiment."""
        old, new = make_experiment(store), make_experiment(store)
        run_id = make_run(store, old)
        digest, size = store.blobs.write([b"bytes"])
        store.artifacts.commit(CommitArtifacts(f"{old}/{run_id}/artifacts", [ArtifactFile("a.bin", digest, size)]))
        uri = get_run(store, run_id).info.artifact_uri

        store.edits.move_runs(MoveRuns([run_id], new))
        store.artifacts.commit(CommitArtifacts(f"{old}/{run_id}/artifacts", [ArtifactFile("b.bin", digest, size)]))
        store.artifacts.commit(CommitArtifacts(f"{new}/{run_id}/artifacts", [ArtifactFile("c.bin", digest, size)]))

        assert get_run(store, run_id).info.artifact_uri == uri
        listed = store.artifacts.list(ListArtifacts(run_id=run_id)).files
        assert listed == [FileInfo(f"{name}.bin", False, 5) for name in "abc"]
        for experiment_id in (old, new):
            files = store.artifacts.get_tree(GetTree(f"{experiment_id}/{run_id}/artifacts")).files
            assert [file.path for file in files] == ["a.bin", "b.bin", "c.bin"]

    def test_children_move_with_their_parents_when_asked(self, store: Store) -> None:
        """And their children, too, though one is in the trash."""
        old, new = make_experiment(store), make_experiment(store)
        parent, child, grandchild, other = (make_run(store, old) for _ in range(4))
        store.runs.set_tag(SetTag(run_id=child, key=PARENT, value=parent))
        store.runs.set_tag(SetTag(run_id=grandchild, key=PARENT, value=child))
        store.runs.delete(DeleteRun(grandchild))

        alone = store.edits.move_runs(MoveRuns([parent], new)).run_ids
        back = store.edits.move_runs(MoveRuns([parent], old)).run_ids
        family = store.edits.move_runs(MoveRuns([parent], new, children=True)).run_ids

        assert (alone, back) == ([parent], [parent])
        assert sorted(family) == sorted([parent, child, grandchild])
        assert get_run(store, other).info.experiment_id == old

    def test_runs_move_together_or_not_at_all(self, store: Store) -> None:
        """An unknown run, an unknown experiment and one in the trash are refused."""
        experiment_id, trashed = make_experiment(store), make_experiment(store)
        run_id = make_run(store)
        store.experiments.delete(DeleteExperiment(trashed))
        before = get_run(store, run_id)

        with expect_error(ResourceDoesNotExist, "Run with id=unknown not found"):
            store.edits.move_runs(MoveRuns([run_id, "unknown"], experiment_id))
        with expect_error(ResourceDoesNotExist, "No Experiment with id=987654 exists"):
            store.edits.move_runs(MoveRuns([run_id], "987654"))
        with expect_error(InvalidParameterValue, f"The experiment {trashed} must be in the 'active' state.…"):
            store.edits.move_runs(MoveRuns([run_id], trashed))
        with expect_error(InvalidParameterValue, "Between 1 and 50000 runs can be moved; got '0'."):
            store.edits.move_runs(MoveRuns([], experiment_id))

        assert get_run(store, run_id) == before

    def test_many_runs_move_at_once(self, store: Store) -> None:
        """More than one statement takes."""
        old, new = make_experiment(store), make_experiment(store)
        run_ids = sorted(make_run(store, old) for _ in range(60)) * 20

        moved = store.edits.move_runs(MoveRuns(run_ids, new)).run_ids

        assert sorted(moved) == sorted(set(run_ids))
        found = store.runs.search(SearchRuns([new], run_view_type=ViewType.ALL)).runs
        assert sorted(run.info.run_id for run in found) == sorted(set(run_ids))

    def test_runs_move_while_others_write_to_them(self, store: Store) -> None:
        """No point is lost, and every row of the run is in the experiment where the run is."""
        homes = [make_experiment(store), make_experiment(store)]
        run_ids = [make_run(store, homes[0]) for _ in range(4)]

        def write(run_id: str) -> None:
            for step in range(25):
                store.runs.log_batch(LogBatch(run_id, [Metric(f"m{step % 5}", step, step, step)]))

        def move(turn: int) -> None:
            store.edits.move_runs(MoveRuns(run_ids[:: 1 if turn % 2 else -1], homes[(turn + 1) % 2]))

        with ThreadPoolExecutor(6) as pool:
            jobs = [pool.submit(write, run_id) for run_id in run_ids]
            jobs += [pool.submit(move, turn) for turn in range(7)]
            for job in jobs:
                job.result()

        store.edits.move_runs(MoveRuns(run_ids, homes[1]))
        query = " AND ".join(f"metrics.m{number} = {20 + number}" for number in range(5))
        assert len(store.runs.search(SearchRuns([homes[1]], query)).runs) == 4
        assert not store.columns.list_keys(ListKeys([homes[0]])).keys

    def test_a_metric_is_deleted_whole_and_others_stay(self, store: Store) -> None:
        """Sealed and fresh points alike; deleting it again finds none, and it may come back."""
        run_id = make_run(store)
        for key in ("loss", "acc"):
            _log(store, run_id, key, range(30))
        _end(store, run_id)
        _log(store, run_id, "loss", range(30, 40))

        first = store.edits.delete_metric(DeleteMetric(run_id, "ada", key="loss")).points
        second = store.edits.delete_metric(DeleteMetric(run_id, key="loss")).points
        unknown = store.edits.delete_metric(DeleteMetric(run_id, key="never")).points

        assert (first, second, unknown) == (40, 0, 0)
        assert _steps(store, run_id, "loss") == []
        assert _latest(store, run_id) == {"acc": (14.5, 29)}
        _log(store, run_id, "loss", range(3))
        assert _steps(store, run_id, "loss") == [0, 1, 2]
        assert _latest(store, run_id) == {"acc": (14.5, 29), "loss": (1.0, 2)}
        assert _edits(store, run_id, "loss") == [(EditAction.DELETE_METRIC, "ada", "loss", "40", None)]

    def test_a_metric_is_renamed_with_its_history(self, store: Store) -> None:
        """Repeating it changes nothing; a taken name and an unknown metric are refused."""
        run_id = make_run(store)
        _log(store, run_id, "loss", range(10))
        _log(store, run_id, "acc", range(2))
        _end(store, run_id)
        _log(store, run_id, "loss", range(10, 12))

        first = store.edits.rename_metric(RenameMetric(run_id, "ada", key="loss", new_key="train/loss")).points
        second = store.edits.rename_metric(RenameMetric(run_id, key="loss", new_key="train/loss")).points

        assert (first, second) == (12, 0)
        assert _steps(store, run_id, "train/loss") == list(range(12))
        assert _latest(store, run_id) == {"acc": (0.5, 1), "train/loss": (5.5, 11)}
        with expect_error(ResourceAlreadyExists, f"Run '{run_id}' has a metric 'acc' already.…"):
            store.edits.rename_metric(RenameMetric(run_id, key="train/loss", new_key="acc"))
        with expect_error(ResourceDoesNotExist, f"No metric 'never' in run '{run_id}'.…"):
            store.edits.rename_metric(RenameMetric(run_id, key="never", new_key="ever"))
        with expect_error(InvalidParameterValue, "Invalid value \"a;b\" for parameter 'new_key' supplied:…"):
            store.edits.rename_metric(RenameMetric(run_id, key="acc", new_key="a;b"))

    def test_a_run_is_rewound_to_a_step(self, store: Store) -> None:
        """Metrics that began later are gone; the latest is that of the step; training goes on from there."""
        run_id = make_run(store)
        _log(store, run_id, "loss", range(100))
        _log(store, run_id, "late", range(60, 80))
        _end(store, run_id)
        _log(store, run_id, "loss", range(100, 120))

        dropped = store.edits.rewind_run(RewindRun(run_id, "ada", step=49)).points
        again = store.edits.rewind_run(RewindRun(run_id, "ada", step=49)).points
        _log(store, run_id, "loss", range(50, 52))

        assert (dropped, again) == (90, 0)
        assert _steps(store, run_id, "loss") == list(range(52))
        assert _steps(store, run_id, "late") == []
        assert _latest(store, run_id) == {"loss": (25.5, 51)}
        assert _edits(store, run_id) == [(EditAction.REWIND, "ada", "", None, "49")] * 2

    def test_a_fork_has_what_the_run_had_at_the_step(self, store: Store) -> None:
        """It goes on by itself, its origin is its parent, and the origin is untouched."""
        run_id = make_run(store, name="base")
        _log(store, run_id, "loss", range(100))
        store.runs.log_batch(LogBatch(run_id, [Metric("odd", math.nan, 7, 3)], [Param("lr", "1")], [RunTag("t", "v")]))
        _end(store, run_id)
        _log(store, run_id, "loss", range(100, 110))
        before, history = repr(get_run(store, run_id)), _steps(store, run_id, "loss")
        request = CopyRun(run_id, uuid.uuid4().hex, history=True, step=41, user_id="bob", start_time=5)

        fork = store.edits.copy_run(request).run
        again = store.edits.copy_run(request).run
        _log(store, fork.info.run_id, "loss", range(42, 44))

        assert repr(again) == repr(fork)  # NaN differs from itself
        assert (fork.info.run_name, fork.info.user_id, fork.info.status) == ("base-fork", "bob", RunStatus.SCHEDULED)
        origin = get_run(store, run_id)
        assert (fork.info.experiment_id, fork.info.start_time) == (origin.info.experiment_id, 5)
        assert fork.data.params == origin.data.params
        assert {tag.key: tag.value for tag in fork.data.tags} == {
            "t": "v",
            "mlflow.runName": "base-fork",
            PARENT: run_id,
            "headwater.origin": run_id,
            "headwater.originStep": "41",
        }
        assert _steps(store, fork.info.run_id, "loss") == list(range(44))
        assert _latest(store, fork.info.run_id)["loss"] == (21.5, 43)
        assert str(_latest(store, fork.info.run_id)["odd"]) == "(nan, 3)"
        assert (repr(origin), _steps(store, run_id, "loss")) == (before, history)

    def test_a_clone_has_the_configuration_only_and_files_if_wanted(self, store: Store) -> None:
        """In another experiment if wanted; the files take no room and belong to each by itself."""
        run_id, other = make_run(store, name="base"), make_experiment(store)
        _log(store, run_id, "loss", range(3))
        store.runs.log_batch(LogBatch(run_id, [], [Param("lr", "1")], [RunTag("t", "v")]))
        digest, size = store.blobs.write([b"weights"])
        root = f"{get_run(store, run_id).info.experiment_id}/{run_id}/artifacts"
        store.artifacts.commit(CommitArtifacts(root, [ArtifactFile("model/weights.bin", digest, size)]))

        plain = store.edits.copy_run(CopyRun(run_id, experiment_id=other, run_name="again")).run
        whole = store.edits.copy_run(CopyRun(run_id, artifacts=True)).run

        assert (plain.info.run_name, plain.info.experiment_id, plain.data.metrics) == ("again", other, [])
        assert plain.data.params == whole.data.params == [Param("lr", "1")]
        assert get_tags(store, plain.info.run_id) == {
            "t": "v",
            "mlflow.runName": "again",
            "headwater.origin": run_id,
        }
        assert store.artifacts.list(ListArtifacts(run_id=plain.info.run_id)).files == []
        copied = store.artifacts.list(ListArtifacts(run_id=whole.info.run_id, path="model")).files
        assert copied == [FileInfo("model/weights.bin", False, size)]

    def test_copies_that_cannot_be_are_refused(self, store: Store) -> None:
        """An id of another run, a step without history, an unknown run."""
        run_id, other = make_run(store), make_run(store)

        with expect_error(ResourceAlreadyExists, f"Run with id={other} already exists.…"):
            store.edits.copy_run(CopyRun(run_id, other))
        with expect_error(InvalidParameterValue, "The step '3' is given without history.…"):
            store.edits.copy_run(CopyRun(run_id, step=3))
        with expect_error(ResourceDoesNotExist, "Run with id=unknown not found"):
            store.edits.copy_run(CopyRun("unknown"))

    def test_a_param_is_edited_and_what_it_was_is_kept(self, store: Store) -> None:
        """MLflow's verb still refuses; search finds the new number."""
        run_id = make_run(store)
        experiment_id = get_run(store, run_id).info.experiment_id
        store.runs.log_param(LogParam(run_id=run_id, key="lr", value="0.1"))

        for value in ("0.01", "0.01", "0.001"):
            store.edits.set_param(SetParam(run_id, "ada", key="lr", value=value))
        store.edits.set_param(SetParam(run_id, "bob", key="new", value=""))

        assert get_run(store, run_id).data.params == [Param("lr", "0.001"), Param("new", "")]
        assert _edits(store, run_id, "lr") == [
            (EditAction.SET_PARAM, "ada", "lr", "0.1", "0.01"),
            (EditAction.SET_PARAM, "ada", "lr", "0.01", "0.001"),
        ]
        assert _edits(store, run_id, "new") == [(EditAction.SET_PARAM, "bob", "new", None, "")]
        assert len(store.runs.search(SearchRuns([experiment_id], "params.lr < 0.005")).runs) == 1
        with expect_error(InvalidParameterValue, "Changing param values is not allowed. Param with key='lr'…"):
            store.runs.log_param(LogParam(run_id=run_id, key="lr", value="0.1"))

    def test_params_are_renamed_and_deleted(self, store: Store) -> None:
        """Repeating either changes nothing."""
        run_id = make_run(store)
        store.runs.log_batch(LogBatch(run_id, [], [Param("a", "1"), Param("b", "2"), Param("c", "3")]))

        for _ in range(2):
            store.edits.rename_param(RenameParam(run_id, "ada", key="a", new_key="d"))
            store.edits.delete_param(DeleteParam(run_id, "ada", key="b"))

        assert get_run(store, run_id).data.params == [Param("c", "3"), Param("d", "1")]
        assert _edits(store, run_id) == [
            (EditAction.RENAME_PARAM, "ada", "d", "a", "d"),
            (EditAction.DELETE_PARAM, "ada", "b", "2", None),
        ]
        with expect_error(ResourceAlreadyExists, f"Run '{run_id}' has a param 'c' already.…"):
            store.edits.rename_param(RenameParam(run_id, key="d", new_key="c"))
        with expect_error(ResourceDoesNotExist, f"No param 'x' in run '{run_id}'.…"):
            store.edits.rename_param(RenameParam(run_id, key="x", new_key="y"))

    def test_a_journal_may_revise_params(self, store: Store) -> None:
        """As that of a resumed run does; without asking for it, a change is rejected."""
        run_id = make_run(store)
        store.runs.log_param(LogParam(run_id=run_id, key="lr", value="0.1"))
        params = [Param("lr", "0.2"), Param("seed", "1")]

        refused = store.runs.append(Append(uuid.uuid4().hex, run_id, 1, 1, params=params))
        revised = store.runs.append(
            Append(uuid.uuid4().hex, run_id, 1, 1, params=params, revise_params=True, user_id="ada")
        )

        assert [rejection.what for rejection in refused.rejected] == ["param 'lr'"]
        assert revised.rejected == []
        assert get_run(store, run_id).data.params == params
        assert _edits(store, run_id) == [(EditAction.SET_PARAM, "ada", "lr", "0.1", "0.2")]

    def test_runs_in_the_trash_are_not_edited(self, store: Store) -> None:
        """They may be restored first."""
        run_id = make_run(store)
        store.runs.delete(DeleteRun(run_id))
        state = f"The run {run_id} must be in the 'active' state. Current state is deleted."

        with expect_error(InvalidParameterValue, state):
            store.edits.rewind_run(RewindRun(run_id, step=1))
        with expect_error(InvalidParameterValue, state):
            store.edits.set_param(SetParam(run_id, key="a", value="1"))

    def test_edits_and_writes_at_once_lose_no_point(self, store: Store) -> None:
        """A rewind beyond the end and forks seal the run again and again while points arrive."""
        run_id = make_run(store)

        def write(writer: int) -> None:
            for step in range(20):
                store.runs.log_batch(LogBatch(run_id, [Metric(f"m{writer}", step / 4, step, step)]))

        def edit(turn: int) -> int:
            if turn % 2:
                return len(store.edits.copy_run(CopyRun(run_id, history=True)).run.data.metrics)
            return store.edits.rewind_run(RewindRun(run_id, step=1000)).points

        with ThreadPoolExecutor(6) as pool:
            writing = [pool.submit(write, writer) for writer in range(4)]
            edits = [pool.submit(edit, turn) for turn in range(10)]
            for job in writing:
                job.result()
            dropped = [job.result() for job in edits][::2]

        assert dropped == [0] * 5
        assert [_steps(store, run_id, f"m{writer}") for writer in range(4)] == [list(range(20))] * 4
        assert _latest(store, run_id) == {f"m{writer}": (4.75, 19) for writer in range(4)}
