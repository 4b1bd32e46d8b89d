"""The files of adapters for Diffusers' pipelines, and the signature that all of them have."""

import shutil
from pathlib import Path
from typing import Any

from headwater.flavors.diffusers_adapter import DiffusersAdapter
from headwater.models.flavor import ModelFolder, Saved
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from headwater.protocol.errors import InvalidParameterValue

_FOLDER = "adapter_weights"
_TYPES = ("lora",)
_SAFE = ".safetensors"
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")


def make_signature() -> ModelSignature:
    """Return what every pipeline that makes images of texts takes and gives."""
    params = (
        ("num_inference_steps", DataType.integer, 30),
        ("guidance_scale", DataType.double, 7.5),
        ("height", DataType.integer, 512),
        ("width", DataType.integer, 512),
        ("negative_prompt", DataType.string, ""),
    )
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.string, "prompt")]),
        outputs=Schema([ColSpec(DataType.binary, "image")]),
        params=ParamSchema([ParamSpec(name, kind, default) for name, kind, default in params]),
    )


def write_adapter(base_model: str, adapter_type: str, adapter_path: Any, folder: Path) -> Saved:
    """Copy the weights of an adapter, and say which pipeline they are for."""
    if adapter_type not in _TYPES:
        raise InvalidParameterValue(f"Invalid adapter_type '{adapter_type}'. Use 'lora'.")
    if not base_model:
        raise InvalidParameterValue(f"The base_model is '{base_model}'. Name a pipeline on the hub, or its folder.")
    source, target = Path(adapter_path), folder / _FOLDER
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        target.mkdir()
        shutil.copy(source, target / source.name)
    else:
        raise InvalidParameterValue(f"There is no adapter at '{source}'. Give the file or folder of its weights.")
    if not any(path.suffix in {_SAFE, *_PICKLES} for path in target.rglob("*")):
        raise InvalidParameterValue(f"'{source}' has no weights. Save the adapter with safetensors first.")
    return Saved({"adapter_type": adapter_type, "adapter_weights": _FOLDER, "base_model": base_model})


def read_adapter(folder: ModelFolder) -> DiffusersAdapter:
    """Return the adapter of a model; nothing is loaded yet."""
    section = folder.section("diffusers")
    return DiffusersAdapter(
        adapter_path=_find_weights(folder),
        base_model=str(section.get("base_model")),
        base_model_revision=section.get("base_model_revision"),
        adapter_type=str(section.get("adapter_type") or _TYPES[0]),
    )


def find_unsafe(folder: ModelFolder) -> list[str]:
    """Return, for people, the weights that are pickles."""
    names = (path.relative_to(folder.path).as_posix() for path in sorted(_find_weights(folder).rglob("*")))
    return [f"the pickle '{name}'" for name in names if name.endswith(_PICKLES)]


def _find_weights(folder: ModelFolder) -> Path:
    return folder.file(str(folder.section("diffusers").get("adapter_weights") or _FOLDER))
