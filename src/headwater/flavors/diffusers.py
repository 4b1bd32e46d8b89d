"""The flavor for Diffusers: adapters such as LoRA, over a pipeline that is kept by its name."""

from functools import partial
from pathlib import Path
from typing import Unpack

from headwater.flavors.diffusers_adapter import DiffusersAdapter, DiffusersPredictor
from headwater.flavors.diffusers_files import find_unsafe, make_signature, read_adapter, write_adapter
from headwater.models.flavor import Flavor
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor

__all__ = [
    "FLAVOR",
    "DiffusersAdapter",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]


@save_by_position("adapter_type conda_env code_paths mlflow_model")
def save_model(
    adapter_path: str | Path,
    path: str | Path,
    base_model: str,
    *,
    adapter_type: str = "lora",
    **options: Unpack[SaveOptions],
) -> None:
    """Save an adapter for a pipeline of Diffusers into a new folder.

    Args:
        adapter_path: the file or folder of its weights, in safetensors.
        path: the folder, absent or empty.
        base_model: the pipeline that it belongs to: a name on the hub, or a folder. Its own weights are not copied.
        adapter_type: "lora".
        options: see `SaveOptions`.

    Example:
        >>> hw.diffusers.save_model("lora-weights", "style", base_model="stabilityai/stable-diffusion-2-1")
    """
    options.setdefault("signature", make_signature())
    save_flavor(FLAVOR, adapter_path, path, partial(write_adapter, base_model, adapter_type), options)


@log_by_position()
def log_model(
    adapter_path: str | Path,
    base_model: str,
    adapter_type: str = "lora",
    artifact_path: str | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log an adapter as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.diffusers.log_model("lora-weights", "stabilityai/stable-diffusion-2-1", name="style")
        >>> hw.pyfunc.load_model(info.model_uri).predict({"prompt": ["a lake at dawn"]})  # a list of PNG files
    """
    options.setdefault("signature", make_signature())
    write = partial(write_adapter, base_model, adapter_type)
    return log_flavor(FLAVOR, adapter_path, write, artifact_path, options)


def load_model(
    model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None
) -> DiffusersAdapter:
    """Return the adapter that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Its `load_pipeline()` loads the pipeline with the adapter in it.

    Example:
        >>> hw.diffusers.load_model("models:/style/1").load_pipeline()("a lake at dawn").images[0]
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)  # type: ignore[no-any-return]  # ours


FLAVOR = Flavor(
    name="diffusers",
    package="diffusers",
    version_key="diffusers_version",
    distributions=("diffusers", "torch", "transformers", "safetensors", "accelerate", "peft"),
    load=read_adapter,
    predictor=DiffusersPredictor,
    find_unsafe=find_unsafe,
)
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
get_default_conda_env = FLAVOR.get_default_conda_env
