"""The data of a fit or prediction as datasets of its run."""

from typing import Any

import numpy as np

from headwater.protocol.inputs import CONTEXT_TAG, DatasetInput, InputTag
from headwater.tracking.datasets import Dataset, from_numpy, from_pandas


def describe_data(features: Any, labels: Any, context: str, name: str | None = None) -> list[DatasetInput]:
    """Return what a run says of arrays or a pandas frame that it reads; nothing of other types, such as lists."""
    dataset: Dataset
    if isinstance(features, np.ndarray):
        dataset = from_numpy(features, targets=None if labels is None else np.asarray(labels), name=name)
    elif type(features).__module__.partition(".")[0] == "pandas" and hasattr(features, "columns"):
        dataset = from_pandas(features, name=name)
    else:
        return []
    return [DatasetInput(dataset.to_entity(), [InputTag(CONTEXT_TAG, context)])]
