"""What every store knows of what runs read and made. Subclass in a test module that has a fixture `store`."""

import uuid

import pytest

from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.inputs import (
    CONTEXT_TAG,
    Dataset,
    DatasetInput,
    DatasetSummary,
    InputTag,
    LogInputs,
    LogOutputs,
    ModelInput,
    ModelOutput,
    RunInputs,
    RunOutputs,
    SearchDatasets,
)
from headwater.protocol.journals import Append, AppendResponse
from headwater.protocol.runs import CreateRun, DeleteRun, SearchRuns
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, make_experiment, make_run

WINE = Dataset("wine", "abc123", "local", '{"uri": "wine.csv"}', '{"mlflow_colspec": []}', '{"num_rows": 4898}')


def _input(dataset: Dataset, context: str = "", **tags: str) -> DatasetInput:
    contexts = {CONTEXT_TAG: context} if context else {}
    return DatasetInput(dataset, [InputTag(key, value) for key, value in {**contexts, **tags}.items()])


class InputsContract:
    """Datasets and logged models as inputs and outputs of runs."""

    def test_a_run_knows_what_it_read_and_made(self, store: Store) -> None:
        """In the order in which it was said, from get and from search."""
        run_id = make_run(store)
        train, test = _input(WINE, "training", fold="1"), _input(Dataset("test"))

        store.inputs.log(LogInputs(run_id, [train], [ModelInput("m-2")]))
        store.inputs.log(LogInputs(run_id, [test], [ModelInput("m-1")]))
        store.inputs.log_outputs(LogOutputs(run_id, [ModelOutput("m-9", 2), ModelOutput("m-8")]))

        run = get_run(store, run_id)
        assert run.inputs == RunInputs([train, test], [ModelInput("m-2"), ModelInput("m-1")])
        assert run.outputs == RunOutputs([ModelOutput("m-9", 2), ModelOutput("m-8", 0)])
        assert store.runs.search(SearchRuns([run.info.experiment_id])).runs == [run]

    def test_saying_it_again_changes_nothing(self, store: Store) -> None:
        """A retry must be harmless; of a dataset and its tags the first word stays."""
        run_id = make_run(store)
        store.inputs.log(LogInputs(run_id, [_input(WINE, "training")], [ModelInput("m-1")]))
        store.inputs.log_outputs(LogOutputs(run_id, [ModelOutput("m-1", 3)]))
        before = get_run(store, run_id)

        other = Dataset("wine", "abc123", "s3", "elsewhere")
        store.inputs.log(LogInputs(run_id, [_input(other, "eval")], [ModelInput("m-1")]))
        store.inputs.log_outputs(LogOutputs(run_id, [ModelOutput("m-1", 3)]))

        assert get_run(store, run_id) == before

    def test_a_dataset_is_kept_once_per_experiment(self, store: Store) -> None:
        """The first record wins; another experiment has its own, each run its own tags."""
        experiment_id = make_experiment(store)
        first, second = make_run(store, experiment_id), make_run(store, experiment_id)
        elsewhere = make_run(store)
        store.inputs.log(LogInputs(first, [_input(WINE, "training")]))

        other = Dataset("wine", "abc123", "s3", "elsewhere")
        for run_id in (second, elsewhere):
            store.inputs.log(LogInputs(run_id, [_input(other, "eval")]))

        assert get_run(store, second).inputs == RunInputs([_input(WINE, "eval")])
        assert get_run(store, elsewhere).inputs == RunInputs([_input(other, "eval")])

    def test_datasets_of_experiments_are_listed(self, store: Store) -> None:
        """Each once for every context."""
        ids = [make_experiment(store), make_experiment(store)]
        for experiment_id, dataset, context in (
            (ids[0], WINE, "training"),
            (ids[0], WINE, "training"),
            (ids[0], WINE, "eval"),
            (ids[1], Dataset("z", "d"), ""),
        ):
            store.inputs.log(LogInputs(make_run(store, experiment_id), [_input(dataset, context)]))

        found = store.inputs.search_datasets(SearchDatasets([*ids, "99999"])).dataset_summaries

        assert found == [
            DatasetSummary(ids[0], "wine", "abc123", "eval"),
            DatasetSummary(ids[0], "wine", "abc123", "training"),
            DatasetSummary(ids[1], "z", "d"),
        ]

    @pytest.mark.parametrize("count", [0, 21])
    def test_too_few_or_many_experiments_are_refused(self, store: Store, count: int) -> None:
        """From 1 to 20."""
        with expect_error(InvalidParameterValue, "SearchDatasets request …"):
            store.inputs.search_datasets(SearchDatasets(["1"] * count))

    @pytest.mark.parametrize(
        ("dataset", "field", "limit"),
        [
            (Dataset("n" * 501), "name", 500),
            (Dataset("n", "d" * 37), "digest", 36),
            (Dataset("n", "d", "t" * 37), "source_type", 36),
            (Dataset("n", "d", "t", "s" * 65536), "source", 65535),
            (Dataset("n", "d", schema="s" * 1048576), "schema", 1048575),
        ],
        ids=["name", "digest", "source_type", "source", "schema"],
    )
    def test_long_texts_are_refused(self, store: Store, dataset: Dataset, field: str, limit: int) -> None:
        """And nothing of the request is kept; what just fits is."""
        run_id = make_run(store)
        fits = Dataset("n" * 500, "d" * 36, "t" * 36, "é" * 65535)

        with expect_error(InvalidParameterValue, f"'{field}' exceeds the maximum length of {limit} characters"):
            store.inputs.log(LogInputs(run_id, [_input(WINE), _input(dataset)]))
        store.inputs.log(LogInputs(run_id, [_input(fits)]))

        assert get_run(store, run_id).inputs == RunInputs([_input(fits)])

    def test_wrong_requests_are_refused(self, store: Store) -> None:
        """In words that say what to do."""
        run_id = make_run(store)
        with expect_error(ResourceDoesNotExist, "Run with id=nope not found"):
            store.inputs.log(LogInputs("nope", [_input(WINE)]))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'models'. …"):
            store.inputs.log_outputs(LogOutputs(run_id, []))
        with expect_error(InvalidParameterValue, "Invalid model ID: 'a/b'. …"):
            store.inputs.log_outputs(LogOutputs(run_id, [ModelOutput("a/b")]))
        with expect_error(InvalidParameterValue, "'value' exceeds the maximum length of 500 characters"):
            store.inputs.log(LogInputs(run_id, [_input(WINE, fold="1" * 501)]))

        store.runs.delete(DeleteRun(run_id))

        with expect_error(InvalidParameterValue, f"The run {run_id} must be in the 'active' state. …"):
            store.inputs.log(LogInputs(run_id, [_input(WINE)]))

    def test_a_journal_carries_inputs_and_outputs(self, store: Store) -> None:
        """What is not allowed is rejected alone."""
        run_id = uuid.uuid4().hex
        request = Append(
            uuid.uuid4().hex,
            run_id,
            1,
            4,
            create=CreateRun(make_experiment(store)),
            datasets=[_input(WINE, "training"), _input(Dataset("n" * 501))],
            model_inputs=[ModelInput("m-1"), ModelInput("m/2")],
            model_outputs=[ModelOutput("m-3", 7)],
        )

        answer = store.runs.append(request)

        run = get_run(store, run_id)
        assert answer.last_seq == 4
        assert [rejection.what for rejection in answer.rejected] == [f"dataset '{'n' * 100}'", "model 'm/2'"]
        assert run.inputs == RunInputs([_input(WINE, "training")], [ModelInput("m-1")])
        assert run.outputs == RunOutputs([ModelOutput("m-3", 7)])
        assert store.runs.append(request) == AppendResponse(4)
