"""What every store does when the trash is emptied. Subclass in a test module that has a fixture `store`."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts, FindMissing, GetTree
from headwater.protocol.columns import KeyKind, ListKeys
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.experiments import (
    CreateExperiment,
    DeleteExperiment,
    GetExperiment,
    RestoreExperiment,
    ViewType,
)
from headwater.protocol.journals import Append
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.runs import (
    DeleteRun,
    GetRun,
    LogBatch,
    Param,
    RestoreRun,
    RunStatus,
    RunTag,
    SearchRuns,
    UpdateRun,
)
from headwater.protocol.trash import CollectBlobs, Compact, ListTrash, ListTrashResponse, PurgeTrash
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, make_experiment, make_run


def _fill(store: Store, run_id: str, *, end: bool = False) -> None:
    points = [Metric("loss", step / 2, step, step) for step in range(50)]
    store.runs.log_batch(LogBatch(run_id, points, [Param("lr", "0.1")], [RunTag("team", "red")]))
    if end:
        store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FINISHED))


def _add_file(store: Store, root: str, content: bytes) -> str:
    digest, size = store.blobs.write([content])
    store.artifacts.commit(CommitArtifacts(root, [ArtifactFile("file.bin", digest, size)]))
    return digest


def _root(store: Store, run_id: str) -> str:
    return f"{get_run(store, run_id).info.experiment_id}/{run_id}/artifacts"


def _purge_all(store: Store, request: PurgeTrash) -> Iterator[tuple[list[str], list[str]]]:
    while True:
        answer = store.trash.purge(request)
        yield answer.run_ids, answer.experiment_ids
        if not answer.remaining:
            return


def _collect_all(store: Store, grace_ms: int, *, dry_run: bool = False) -> tuple[int, int]:
    files = size = 0
    cursor = ""
    while True:
        answer = store.trash.collect_blobs(CollectBlobs(cursor, grace_ms, dry_run))
        files, size, cursor = files + answer.files, size + answer.bytes, answer.cursor
        if not cursor:
            assert answer.progress == 1
            return files, size


def _is_held(store: Store, digest: str) -> bool:
    return not store.artifacts.find_missing(FindMissing([digest])).digests


class TrashContract:
    """What was deleted goes for good when asked for, whole, and nothing else goes with it."""

    def test_a_deleted_run_goes_with_everything_that_is_its_own(self, store: Store) -> None:
        """Its neighbour keeps all."""
        experiment_id = make_experiment(store)
        gone, kept = make_run(store, experiment_id), make_run(store, experiment_id)
        _fill(store, gone, end=True)
        _fill(store, kept)
        before = get_run(store, kept)
        store.runs.delete(DeleteRun(gone))

        listed = store.trash.list(ListTrash())
        answer = store.trash.purge(PurgeTrash())

        assert listed == ListTrashResponse([], [gone], [], [], 50, 0, 0)
        assert (answer.run_ids, answer.experiment_ids, answer.remaining) == ([gone], [], 0)
        with expect_error(ResourceDoesNotExist, f"Run with id={gone} not found"):
            store.runs.get(GetRun(run_id=gone))
        assert get_run(store, kept) == before
        assert store.runs.search(SearchRuns([experiment_id], run_view_type=ViewType.ALL)).runs == [before]
        keys = store.columns.list_keys(ListKeys([experiment_id])).keys
        assert [(key.kind, key.name, key.runs) for key in keys if key.name != "mlflow.runName"] == [
            (KeyKind.METRIC, "loss", 1),
            (KeyKind.PARAM, "lr", 1),
            (KeyKind.TAG, "team", 1),
        ]

    def test_an_experiment_goes_after_its_runs_in_as_many_calls_as_it_takes(self, store: Store) -> None:
        """And its name is free again."""
        name = f"experiment {uuid.uuid4().hex}"
        experiment_id = store.experiments.create(CreateExperiment(name)).experiment_id
        run_ids = {make_run(store, experiment_id) for _ in range(5)}
        store.experiments.delete(DeleteExperiment(experiment_id))

        answers = list(_purge_all(store, PurgeTrash(limit=2)))

        assert [len(runs) for runs, _ in answers] == [2, 2, 1]
        assert {run_id for runs, _ in answers for run_id in runs} == run_ids
        assert answers[-1][1] == [experiment_id]
        with expect_error(ResourceDoesNotExist, f"No Experiment with id={experiment_id} exists"):
            store.experiments.get(GetExperiment(experiment_id))
        assert store.experiments.create(CreateExperiment(name)).experiment_id != experiment_id

    def test_what_was_restored_or_is_too_young_stays(self, store: Store) -> None:
        """A run taken out of the trash keeps its deleted experiment, too."""
        experiment_id = make_experiment(store)
        restored, deleted = make_run(store, experiment_id), make_run(store, experiment_id)
        store.experiments.delete(DeleteExperiment(experiment_id))
        store.runs.restore(RestoreRun(restored))

        young = store.trash.purge(PurgeTrash(older_than_ms=3_600_000))
        answer = store.trash.purge(PurgeTrash())

        assert (young.run_ids, young.experiment_ids) == ([], [])
        assert (answer.run_ids, answer.experiment_ids) == ([deleted], [])
        store.experiments.restore(RestoreExperiment(experiment_id))
        assert get_run(store, restored).info.experiment_id == experiment_id

    def test_named_runs_and_experiments_go_alone(self, store: Store) -> None:
        """What is named and gone already is passed over; what is in use is refused."""
        first, second, other = (make_run(store) for _ in range(3))
        experiment_id = get_run(store, second).info.experiment_id
        store.runs.delete(DeleteRun(first))
        store.experiments.delete(DeleteExperiment(experiment_id))

        listed = store.trash.list(ListTrash(run_ids=["gone", first]))
        by_run = store.trash.purge(PurgeTrash(run_ids=["gone", first]))
        by_experiment = store.trash.purge(PurgeTrash(experiment_ids=["987654", experiment_id]))

        assert (listed.run_ids, listed.unknown) == ([first], ["gone"])
        assert (by_run.run_ids, by_run.experiment_ids) == ([first], [])
        assert (by_experiment.run_ids, by_experiment.experiment_ids) == ([second], [experiment_id])
        advice = "is not in the trash. Delete it first, then collect the trash."
        with expect_error(InvalidParameterValue, f"Run '{other}' {advice}"):
            store.trash.purge(PurgeTrash(run_ids=[other]))
        active = get_run(store, other).info.experiment_id
        with expect_error(InvalidParameterValue, f"Experiment '{active}' {advice}"):
            store.trash.purge(PurgeTrash(experiment_ids=[active]))
        with expect_error(InvalidParameterValue, "The default experiment '0' cannot be deleted for good.…"):
            store.trash.purge(PurgeTrash(experiment_ids=["0"]))

    def test_files_that_nothing_names_go_once_their_grace_is_over(self, store: Store) -> None:
        """A file that another run names stays; the summary counts what only the trash names."""
        gone, kept = make_run(store), make_run(store)
        shared = _add_file(store, _root(store, gone), b"shared")
        _add_file(store, _root(store, kept), b"shared")
        store.artifacts.commit(CommitArtifacts(f"{_root(store, gone)}/more", [_file(store, b"only of the run")]))
        lonely, _ = store.blobs.write([b"never named"])
        store.runs.delete(DeleteRun(gone))

        listed = store.trash.list(ListTrash())
        store.trash.purge(PurgeTrash())
        young, counted = _collect_all(store, 3_600_000), _collect_all(store, 0, dry_run=True)
        collected, again = _collect_all(store, 0), _collect_all(store, 0)

        assert (listed.files, listed.bytes) == (1, len(b"only of the run"))
        assert young == again == (0, 0)
        assert counted == collected == (2, len(b"only of the run") + len(b"never named"))
        assert _is_held(store, shared)
        assert not _is_held(store, lonely)
        assert b"".join(store.blobs.read(shared)) == b"shared"

    def test_files_below_an_experiment_that_belong_to_no_run_go_with_it(self, store: Store) -> None:
        """Those of an experiment whose number begins alike stay."""
        experiment_id = make_experiment(store)
        _add_file(store, f"{experiment_id}/models", b"of the experiment")
        _add_file(store, f"{experiment_id}0/models", b"of another")
        store.experiments.delete(DeleteExperiment(experiment_id))

        listed = store.trash.list(ListTrash())
        store.trash.purge(PurgeTrash())

        assert (listed.files, listed.bytes) == (1, len(b"of the experiment"))
        assert store.artifacts.get_tree(GetTree(f"{experiment_id}/models")).files == []
        assert len(store.artifacts.get_tree(GetTree(f"{experiment_id}0/models")).files) == 1

    def test_a_program_that_still_logs_to_a_run_that_is_gone_hears_of_it(self, store: Store) -> None:
        """Its heartbeat does not make the run again."""
        run_id = make_run(store)
        store.runs.delete(DeleteRun(run_id))
        store.trash.purge(PurgeTrash())

        with expect_error(ResourceDoesNotExist, f"Run with id={run_id} not found"):
            store.runs.append(Append("journal", run_id, 1, 1, params=[Param("a", "1")]))

    def test_several_may_empty_the_trash_while_runs_are_restored_and_written(self, store: Store) -> None:
        """Each run goes once or stays whole."""
        run_ids = [make_run(store) for _ in range(12)]
        for run_id in run_ids:
            _fill(store, run_id)
            store.runs.delete(DeleteRun(run_id))

        def restore(run_id: str) -> bool:
            try:
                store.runs.restore(RestoreRun(run_id))
                store.runs.log_batch(LogBatch(run_id, [Metric("loss", 1.0, 99, 99)]))
            except ResourceDoesNotExist:
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            purging = [pool.submit(store.trash.purge, PurgeTrash()) for _ in range(3)]
            restored = dict(zip(run_ids, pool.map(restore, run_ids), strict=True))
            purged = [run_id for job in purging for run_id in job.result().run_ids]

        assert sorted(purged) == sorted(run_id for run_id, is_back in restored.items() if not is_back)
        for run_id, is_back in restored.items():
            if is_back:
                history = store.metrics.get_history(GetHistory("loss", run_id)).metrics
                assert [point.step for point in history] == [*range(50), 99]

    def test_compacting_ends(self, store: Store) -> None:
        """Each call says how much is left."""
        run_id = make_run(store)
        for _ in range(20):
            store.runs.log_batch(LogBatch(run_id, [], [], [RunTag(uuid.uuid4().hex, "x" * 8000) for _ in range(50)]))
        store.runs.delete(DeleteRun(run_id))
        store.trash.purge(PurgeTrash())

        first, second = store.trash.compact(Compact()), store.trash.compact(Compact())

        assert first.remaining == second.remaining == second.bytes == 0

    def test_nonsense_is_refused(self, store: Store) -> None:
        """With the value that is wrong."""
        with expect_error(InvalidParameterValue, "Invalid older_than_ms '-1': 0 to 1000000000000000."):
            store.trash.list(ListTrash(older_than_ms=-1))
        with expect_error(InvalidParameterValue, "Invalid limit '0': 1 to 1000."):
            store.trash.purge(PurgeTrash(limit=0))
        with expect_error(InvalidParameterValue, "Invalid cursor '257'. Give the cursor of the last answer."):
            store.trash.collect_blobs(CollectBlobs("257"))


def _file(store: Store, content: bytes) -> ArtifactFile:
    digest, size = store.blobs.write([content])
    return ArtifactFile("file.bin", digest, size)
