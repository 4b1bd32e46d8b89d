"""Finding experiments by name, so that the first user of a name creates it."""

from contextlib import suppress
from typing import TYPE_CHECKING

from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import CreateExperiment, Experiment, GetExperimentByName

if TYPE_CHECKING:
    from headwater.stores.interface import Store


def find_or_create(store: "Store", name: str) -> Experiment:
    """Return the experiment with this name, created if there is none."""
    try:
        return store.experiments.get_by_name(GetExperimentByName(name)).experiment
    except ResourceDoesNotExist:
        with suppress(ResourceAlreadyExists):  # another process was faster
            store.experiments.create(CreateExperiment(name))
        return store.experiments.get_by_name(GetExperimentByName(name)).experiment
