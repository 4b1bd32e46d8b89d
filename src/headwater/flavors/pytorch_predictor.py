"""Predictions of PyTorch modules for what people have: DataFrames, arrays, lists, dictionaries and tensors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from headwater import config
from headwater.flavors.arrays import like_input, split_arguments


class TorchPredictor:
    """Runs a module without gradients, as it is used for inference.

    It runs on the device that the params name, else the model's config, else HEADWATER_DEVICE; else on the first GPU.
    Floating-point numbers, and DataFrames, become tensors of the type that the module's weights have.
    """

    def __init__(self, module: Any, section: Mapping[str, Any]) -> None:
        self._module = module
        self._device = (section.get("config") or {}).get("device")

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return arrays for arrays, a DataFrame for a DataFrame; of a module with several outputs, what it returns."""
        import torch

        options = dict(params or {})
        device = options.pop("device", None) or self._device or config.DEVICE.get() or find_device()
        positional, named = to_tensors(self._module, data, device)
        module = self._module.to(device)
        module.eval()  # and not back again: other threads may predict
        with torch.no_grad():
            return like_input(data, to_numpy(module(*positional, **named, **options)))


@contextmanager
def kept_modes(module: Any) -> Iterator[None]:
    """Let each part of a module be in training, or not, as it is now, whatever is done within."""
    training = [part for part in module.modules() if part.training] if hasattr(module, "modules") else []
    try:
        yield
    finally:
        for part in training:
            part.training = True


def find_device() -> str:
    """Return the device to use when nobody says which."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def to_tensors(module: Any, data: Any, device: Any = "cpu") -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of a module for data: a mapping gives named ones."""
    import torch

    weights = (weight.dtype for weight in module.parameters() if weight.is_floating_point())
    dtype = next(weights, torch.get_default_dtype())
    takes_rows = hasattr(data, "iloc")

    def convert(value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return value.to(device) if isinstance(value, torch.Tensor) else value
        value = value.astype(np.float64) if takes_rows and value.dtype == object else value
        tensor = torch.tensor(value, device=device)  # a copy: the array may be read-only
        return tensor.to(dtype) if takes_rows or tensor.is_floating_point() else tensor

    positional, named = split_arguments(data)
    names = getattr(module, "argument_names", ())
    if names and set(names) <= named.keys():
        positional = tuple(named.pop(name) for name in names)
    return tuple(map(convert, positional)), {name: convert(value) for name, value in named.items()}


def to_numpy(output: Any) -> Any:
    """Return tensors as arrays, also those in mappings, lists and tuples."""
    if hasattr(output, "detach"):
        detached = output.detach().cpu()
        return (detached.float() if str(detached.dtype) == "torch.bfloat16" else detached).numpy()
    if isinstance(output, Mapping):
        return {name: to_numpy(value) for name, value in output.items()}
    if isinstance(output, list | tuple):
        return type(output)(map(to_numpy, output)) if type(output) in {list, tuple} else list(map(to_numpy, output))
    return output
