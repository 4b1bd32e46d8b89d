"""The flavor for PyTorch: exported programs, which run nothing of their own when they are loaded, and pickles."""

from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.pytorch_autolog import autolog
from headwater.flavors.pytorch_checkpoint import load_checkpoint
from headwater.flavors.pytorch_files import find_unsafe, read_module, write_module
from headwater.flavors.pytorch_predictor import TorchPredictor, kept_modes
from headwater.flavors.pytorch_state import load_state_dict, log_state_dict, save_state_dict
from headwater.models.flavor import Flavor
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor

__all__ = [
    "FLAVOR",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_checkpoint",
    "load_model",
    "load_state_dict",
    "log_model",
    "log_state_dict",
    "save_model",
    "save_state_dict",
]


@save_by_position("conda_env mlflow_model code_paths pickle_module signature input_example extra_files")
def save_model(
    pytorch_model: Any,
    path: str | Path,
    *,
    serialization_format: str | None = None,
    export_model: bool = False,
    pickle_module: Any = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save a module into a new folder.

    Args:
        pytorch_model: a `torch.nn.Module`, or a TorchScript module.
        path: the folder, absent or empty.
        serialization_format: "pt2", a program that `torch.export` traces with the input example and that loads without
            your classes; or "pickle". Default: pt2 if the example allows it, else pickle.
        export_model: the same as "pt2".
        pickle_module: pickles the module; default: cloudpickle.
        options: see `SaveOptions`.

    Example:
        >>> hw.pytorch.save_model(net, "net", input_example=X[:2])
    """
    chosen = "pt2" if export_model else serialization_format
    write = partial(write_module, chosen, pickle_module, options.get("input_example"))
    with kept_modes(pytorch_model):
        save_flavor(FLAVOR, pytorch_model, path, write, options)


@log_by_position(
    "conda_env code_paths pickle_module registered_model_name "
    "signature input_example await_registration_for extra_files"
)
def log_model(
    pytorch_model: Any,
    artifact_path: str | None = None,
    *,
    serialization_format: str | None = None,
    export_model: bool = False,
    pickle_module: Any = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a module as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.pytorch.log_model(net, name="net", input_example=X[:2], registered_model_name="churn")
    """
    chosen = "pt2" if export_model else serialization_format
    write = partial(write_module, chosen, pickle_module, options.get("input_example"))
    with kept_modes(pytorch_model):
        return log_flavor(FLAVOR, pytorch_model, write, artifact_path, options)


def load_model(
    model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None, **options: Any
) -> Any:
    """Return the module that a URI names; see `headwater.sklearn.load_model` for the arguments.

    `options` go to `torch.load`, such as `map_location="cpu"`, which is the default on a machine without a GPU.

    Example:
        >>> hw.pytorch.load_model("models:/churn@champion").eval()
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle, **options)


FLAVOR = Flavor(
    name="pytorch",
    package="torch",
    version_key="pytorch_version",
    distributions=("torch",),
    load=read_module,
    predictor=TorchPredictor,
    find_unsafe=find_unsafe,
)
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
get_default_conda_env = FLAVOR.get_default_conda_env
