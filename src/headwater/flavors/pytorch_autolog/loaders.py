"""The data of a training with Lightning, where its loaders hold all of them."""

from collections.abc import Mapping
from typing import Any

from headwater.flavors.sklearn_autolog.data import describe_data
from headwater.protocol.inputs import DatasetInput

_MAX_VALUES = 25_000_000
_CONTEXTS = {"train_dataloaders": "train", "val_dataloaders": "eval"}


def describe_loaders(arguments: Mapping[str, Any]) -> list[DatasetInput]:
    """Return what a run says of the tensors of each `TensorDataset`, the first being features, the second labels.

    What else a loader gives is not known before it is loaded, which may be once only.
    """
    found: list[DatasetInput] = []
    for name, context in _CONTEXTS.items():
        given = arguments.get(name)
        for loader in given if isinstance(given, list | tuple) else [given]:
            tensors = getattr(getattr(loader, "dataset", None), "tensors", ())
            if tensors and all(hasattr(tensor, "numel") for tensor in tensors[:2]) and _size(tensors) <= _MAX_VALUES:
                arrays = [tensor.detach().cpu().numpy() for tensor in tensors[:2]]
                found += describe_data(arrays[0], arrays[1] if len(arrays) > 1 else None, context)
    return found


def _size(tensors: Any) -> int:
    return sum(tensor.numel() for tensor in tensors[:2])
