"""States of PyTorch modules and optimizers: tensors by name, kept without the classes they belong to."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.artifacts import download_artifacts
from headwater.tracking.fluent import log_artifacts

_FILE = "state_dict.pth"


def save_state_dict(state_dict: Mapping[str, Any], path: str | Path, **options: Any) -> None:
    """Save the state of a module or an optimizer into a folder; `options` go to `torch.save`."""
    import torch

    if isinstance(state_dict, torch.nn.Module):
        raise InvalidParameterValue("A module is no state. Save module.state_dict(), or the module with save_model.")
    Path(path).mkdir(parents=True, exist_ok=True)
    torch.save(state_dict, Path(path) / _FILE, **options)


def log_state_dict(state_dict: Mapping[str, Any], artifact_path: str, **options: Any) -> None:
    """Log the state of a module or an optimizer as a file of the active run; `options` go to `torch.save`.

    Example:
        >>> hw.pytorch.log_state_dict(net.state_dict(), "checkpoint")
        >>> net.load_state_dict(hw.pytorch.load_state_dict(f"runs:/{run_id}/checkpoint"))
    """
    folder = temporary_folder()
    try:
        save_state_dict(state_dict, folder, **options)
        log_artifacts(str(folder), artifact_path)
    finally:
        shutil.rmtree(folder)


def load_state_dict(state_dict_uri: str | Path, **options: Any) -> Any:
    """Return a state that was saved or logged.

    Only tensors and plain values are read, which runs no code; `options` go to `torch.load`, and one of them,
    `weights_only=False`, allows any object. Raises `ResourceDoesNotExist` if no state is there.
    """
    import torch

    path = Path(download_artifacts(str(state_dict_uri))) / _FILE
    if not path.is_file():
        raise ResourceDoesNotExist(f"No file '{_FILE}' at '{state_dict_uri}'. Give the place that it was logged to.")
    place = {} if torch.cuda.is_available() else {"map_location": "cpu"}
    return torch.load(path, **{"weights_only": True, **place, **options})
