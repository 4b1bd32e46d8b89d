"""What runs read and made: datasets and logged models, by reference."""

import msgspec

from headwater.protocol.endpoint import MLFLOW_AJAX_BASE, Empty, Endpoint, Permission
from headwater.protocol.entity import Entity
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import (
    check_experiment_id,
    check_length,
    check_model_id,
    check_no_nul,
    check_run_id,
    check_step,
    missing,
    require,
)

CONTEXT_TAG = "mlflow.data.context"
"""The tag of an input that says what the dataset was used for, such as `training`."""

MAX_SUMMARIES = 1000
MAX_EXPERIMENTS = 20
MAX_DATASET_NAME = 500
MAX_DIGEST = 36
_MAX_TAG_KEY = 255
_MAX_TAG_VALUE = 500
_MAX_LENGTHS = {
    "name": MAX_DATASET_NAME,
    "digest": MAX_DIGEST,
    "source_type": 36,
    "source": 65_535,
    "schema": 1_048_575,
    "profile": 16_777_215,
}


class Dataset(Entity, msgspec.Struct, frozen=True, omit_defaults=True):
    """A dataset by reference: where it came from, and its schema and profile as JSON text; `digest` tells versions."""

    name: str = ""
    digest: str = ""
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""


class InputTag(Entity, msgspec.Struct, frozen=True):
    """One tag of a dataset as the input of one run."""

    key: str
    value: str = ""


class DatasetInput(Entity, msgspec.Struct, frozen=True, omit_defaults=True):
    """A dataset that a run read, with what the run says of it."""

    dataset: Dataset
    tags: list[InputTag] = []

    @property
    def context(self) -> str:
        """Return what the run used the dataset for, empty if it does not say."""
        return next((tag.value for tag in reversed(self.tags) if tag.key == CONTEXT_TAG), "")

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless every text is short enough and every tag has a key."""
        for name, limit in _MAX_LENGTHS.items():
            text = getattr(self.dataset, name)
            check_length(name, text, limit)
            check_no_nul(name, text)
        for tag in self.tags:
            check_length("key", require("tags.key", tag.key), _MAX_TAG_KEY)
            check_length("value", tag.value, _MAX_TAG_VALUE)
            check_no_nul("key", tag.key)
            check_no_nul("value", tag.value)


class ModelInput(Entity, msgspec.Struct, frozen=True):
    """A logged model that a run read."""

    model_id: str


class ModelOutput(Entity, msgspec.Struct, frozen=True):
    """A logged model that a run made, at a step."""

    model_id: str
    step: int = 0


class RunInputs(Entity, msgspec.Struct, frozen=True, omit_defaults=True):
    """What a run read."""

    dataset_inputs: list[DatasetInput] = []
    model_inputs: list[ModelInput] = []


class RunOutputs(Entity, msgspec.Struct, frozen=True, omit_defaults=True):
    """What a run made."""

    model_outputs: list[ModelOutput] = []


class LogInputs(msgspec.Struct, frozen=True, omit_defaults=True):
    """Say what a run read; a dataset that the run has named before stays as it was, its tags too."""

    run_id: str
    datasets: list[DatasetInput] = []
    models: list[ModelInput] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the run is named and every input is allowed."""
        check_run_id(self.run_id)
        for dataset in self.datasets:
            dataset.check()
        for model in self.models:
            check_model_id(model.model_id)


class LogOutputs(msgspec.Struct, frozen=True):
    """Say which logged models a run made, and at which steps; repeating it changes nothing."""

    run_id: str
    models: list[ModelOutput]

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run and models are named and the steps fit."""
        check_run_id(self.run_id)
        if not self.models:
            raise missing("models")
        for index, model in enumerate(self.models):
            check_model_id(model.model_id)
            check_step(f"models[{index}].step", model.step)


class SearchDatasets(msgspec.Struct, frozen=True):
    """List the datasets that the runs of up to 20 experiments read, each once per context."""

    experiment_ids: list[str] = []

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless 1…20 experiments are given."""
        if not self.experiment_ids:
            raise InvalidParameterValue("SearchDatasets request must specify at least one experiment_id.")
        if len(self.experiment_ids) > MAX_EXPERIMENTS:
            raise InvalidParameterValue(
                f"SearchDatasets request cannot specify more than {MAX_EXPERIMENTS} experiment_ids. "
                f"Received {len(self.experiment_ids)} experiment_ids."
            )
        for experiment_id in self.experiment_ids:
            check_experiment_id(experiment_id)


class DatasetSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dataset that some run of an experiment read, in one context."""

    experiment_id: str
    name: str
    digest: str
    context: str = ""


class SearchDatasetsResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """The datasets, at most 1,000."""

    dataset_summaries: list[DatasetSummary] = []


LOG = Endpoint(
    resource="inputs",
    verb="log",
    methods=("POST",),
    path="runs/log-inputs",
    request=LogInputs,
    response=Empty,
    permission=Permission.EDIT,
)
LOG_OUTPUTS = Endpoint(
    resource="inputs",
    verb="log_outputs",
    methods=("POST",),
    path="runs/outputs",
    request=LogOutputs,
    response=Empty,
    permission=Permission.EDIT,
)
SEARCH_DATASETS = Endpoint(
    resource="inputs",
    verb="search_datasets",
    methods=("POST",),
    path="experiments/search-datasets",
    request=SearchDatasets,
    response=SearchDatasetsResponse,
    permission=Permission.READ,
    bases=MLFLOW_AJAX_BASE,
)

ENDPOINTS = (LOG, LOG_OUTPUTS, SEARCH_DATASETS)
