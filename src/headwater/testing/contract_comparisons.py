"""What every store does with comparisons of runs. Subclass in a test module that has a fixture `store`."""

import hashlib

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.comparisons import (
    ComparedDataset,
    ComparedExperiment,
    ComparedFile,
    CompareRuns,
    FindFiles,
    FindFilesResponse,
    MeasureImportance,
    MeasureImportanceResponse,
)
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, LogInputs
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import DeleteRun, LogBatch, Param, RunTag
from headwater.stores.interface import Store
from headwater.testing.contract_columns import find_column, texts_of
from headwater.testing.stores import expect_error, make_experiment, make_run

UNKNOWN = "f" * 32


def keep(store: Store, experiment_id: str, run_id: str, files: dict[str, bytes]) -> None:
    """Keep files with a run."""
    named = [ArtifactFile(path, *store.blobs.write([content])) for path, content in files.items()]
    store.artifacts.commit(CommitArtifacts(f"{experiment_id}/{run_id}/artifacts", named))


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


class ComparisonsContract:
    """Runs of any experiments side by side."""

    def test_runs_of_several_experiments_stand_side_by_side(self, store: Store) -> None:
        """In the order asked for, with everything they have, the deleted ones too; what is no run is said."""
        first, second = (store.experiments.create(CreateExperiment(name)).experiment_id for name in ("one", "two"))
        a, b = make_run(store, first, name="a", start_time=1000), make_run(store, second, name="b", start_time=2000)
        store.runs.log_batch(LogBatch(a, [Metric("acc", 0.5, 1, 1)], [Param("lr", "0.1")], [RunTag("team", "x")]))
        store.runs.log_batch(LogBatch(b, [Metric("acc", 0.7, 1, 1)], [Param("lr", "0.2"), Param("opt", "adam")]))
        store.inputs.log(LogInputs(a, [DatasetInput(_dataset("d", "1"), [InputTag("mlflow.data.context", "train")])]))
        store.runs.delete(DeleteRun(b))

        answer = store.comparisons.compare_runs(CompareRuns([b, UNKNOWN, a, b]))

        assert (answer.table.run_ids, answer.table.run_names, answer.missing) == ([b, a], ["b", "a"], [UNKNOWN])
        assert find_column(answer.table, "metrics.acc").numbers == [0.7, 0.5]
        assert texts_of(find_column(answer.table, "params.opt")) == ["adam", None]
        assert texts_of(find_column(answer.table, "tags.team")) == [None, "x"]
        assert texts_of(find_column(answer.table, "attributes.experiment_id")) == [second, first]
        assert answer.experiments == [ComparedExperiment(first, "one"), ComparedExperiment(second, "two")]
        assert answer.datasets == [ComparedDataset(a, "d", "1", "train")]

    def test_only_the_columns_asked_for_are_read(self, store: Store) -> None:
        """Nothing else, when no details are wanted."""
        experiment_id = make_experiment(store)
        run_id = make_run(store, experiment_id)
        store.runs.log_batch(LogBatch(run_id, [Metric("acc", 0.5, 1, 1)], [Param("lr", "0.1")]))
        keep(store, experiment_id, run_id, {"code/diff.patch": b"+1"})

        answer = store.comparisons.compare_runs(CompareRuns([run_id], ["metrics.acc", "params.none"], details=False))

        assert [column.name for column in answer.table.columns] == ["metrics.acc", "params.none"]
        assert answer.files == []

    def test_captured_code_is_compared_by_its_digest(self, store: Store) -> None:
        """Files below `code/` alone come with the comparison; what is in the short ones of them comes once."""
        experiment_id = make_experiment(store)
        a, b = make_run(store, experiment_id), make_run(store, experiment_id)
        keep(store, experiment_id, a, {"code/diff.patch": b"+1", "model/data": b"x"})
        keep(store, experiment_id, b, {"code/diff.patch": b"+1", "code/requirements.txt": b"numpy"})

        keep(store, experiment_id, b, {"code/train.py": b"1", "code/diff.patch": b"+1"})

        answer = store.comparisons.compare_runs(CompareRuns([b, a]))

        texts = {text.digest: text.text for text in answer.texts}
        assert texts == {digest_of(b"+1"): "+1", digest_of(b"numpy"): "numpy"}
        assert sorted(answer.files, key=lambda file: [b, a].index(file.run_id)) == [
            ComparedFile(b, "code/diff.patch", digest_of(b"+1"), 2),
            ComparedFile(b, "code/requirements.txt", digest_of(b"numpy"), 5),
            ComparedFile(b, "code/train.py", digest_of(b"1"), 1),
            ComparedFile(a, "code/diff.patch", digest_of(b"+1"), 2),
        ]

    def test_the_files_of_many_runs_are_found_at_once(self, store: Store) -> None:
        """All of them, or those of one folder; a folder whose name only begins alike is another."""
        experiment_id = make_experiment(store)
        run_id = make_run(store, experiment_id)
        keep(store, experiment_id, run_id, {"images/a.png": b"1", "images2/a.png": b"2"})

        found = store.comparisons.find_files(FindFiles([run_id, UNKNOWN], "images"))
        everything = store.comparisons.find_files(FindFiles([run_id]))

        assert found == FindFilesResponse([ComparedFile(run_id, "images/a.png", digest_of(b"1"), 1)], 1, [])
        assert [file.path for file in everything.files] == ["images/a.png", "images2/a.png"]

    def test_the_param_that_makes_the_metric_is_the_most_important(self, store: Store) -> None:
        """Its rank correlation tells the direction; one that does not vary is left out, as are texts' correlations."""
        run_ids = _log_sweep(store, 40)

        answer = store.comparisons.measure_importance(MeasureImportance(run_ids, "loss"))

        first, *others = answer.params
        assert (first.name, first.is_number, first.runs) == ("lr", True, 40)
        assert first.correlation == 1.0
        assert {param.name for param in others} == {"noise", "word"}
        assert next(param.correlation for param in others if param.name == "word") is None
        assert first.importance is not None
        assert first.importance > 0.8
        assert answer.score is not None
        assert answer.score > 0.5

    def test_too_little_is_said_to_be_too_little(self, store: Store) -> None:
        """Few runs, a constant metric, params that do not vary: no numbers, but the reason."""
        run_ids = _log_sweep(store, 12)

        few = store.comparisons.measure_importance(MeasureImportance(run_ids[:5], "loss"))
        constant = store.comparisons.measure_importance(MeasureImportance(run_ids, "one"))
        fixed = store.comparisons.measure_importance(MeasureImportance(run_ids, "loss", ["fixed"]))

        reason = "5 runs have a finite 'loss'; at least 10 are needed to say anything."
        assert few == MeasureImportanceResponse([], 5, None, reason)
        assert constant.reason == "'one' is the same in all 12 runs."
        assert fixed.reason == "No param varies over these runs."

    def test_impossible_questions_are_refused(self, store: Store) -> None:
        """With the value in the message."""
        with expect_error(InvalidParameterValue, "At most 5000 runs can be compared at once; got 5001."):
            store.comparisons.compare_runs(CompareRuns([UNKNOWN] * 5001))
        with expect_error(InvalidParameterValue, "Invalid run ID: 'no/run'…"):
            store.comparisons.find_files(FindFiles(["no/run"]))
        with expect_error(InvalidParameterValue, "Invalid column 'loss'…"):
            store.comparisons.compare_runs(CompareRuns([UNKNOWN], ["loss"]))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'metric'…"):
            store.comparisons.measure_importance(MeasureImportance([UNKNOWN], ""))


def _dataset(name: str, digest: str) -> Dataset:
    return Dataset(name=name, digest=digest, source_type="local", source="{}")


def _log_sweep(store: Store, count: int) -> list[str]:
    """Log runs whose loss is their learning rate, beside params that have nothing to do with it."""
    experiment_id = make_experiment(store)
    run_ids = []
    for number in range(count):
        run_id = make_run(store, experiment_id)
        params = {"lr": str(number / 10), "noise": str(number * 7 % 5), "word": "abc"[number % 3], "fixed": "1"}
        metrics = [Metric("loss", number / 10, 1, 1), Metric("one", 1.0, 1, 1)]
        store.runs.log_batch(LogBatch(run_id, metrics, [Param(key, value) for key, value in params.items()]))
        run_ids.append(run_id)
    return run_ids
