"""The flavor for Sentence Transformers: texts in, vectors out."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.sentence_predictor import EMBEDDINGS, EmbeddingPredictor, describe_service
from headwater.flavors.transformers_files import find_configured_code
from headwater.models.flavor import Flavor, ModelFolder, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.requirements import find_distributions
from headwater.models.save import SaveOptions, save_flavor
from headwater.protocol.errors import InvalidParameterValue

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_FOLDER = "model.sentence_transformer"
_OWN = "sentence_transformers."


@save_by_position("task inference_config code_paths mlflow_model")
def save_model(
    model: Any,
    path: str | Path,
    *,
    task: str | None = None,
    inference_config: Mapping[str, Any] | None = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save a model into a new folder.

    Args:
        model: a `SentenceTransformer`.
        path: the folder, absent or empty.
        task: "llm/v1/embeddings": take and give the JSON of the web services that make embeddings.
        inference_config: arguments for every call of `encode`, such as `{"normalize_embeddings": True}`.
        options: see `SaveOptions`.

    Example:
        >>> hw.sentence_transformers.save_model(encoder, "encoder", input_example=["A text"])
    """
    _describe(task, options)
    save_flavor(FLAVOR, model, path, partial(_write, task, inference_config), options)


@log_by_position("task inference_config code_paths")
def log_model(
    model: Any,
    artifact_path: str | None = None,
    *,
    task: str | None = None,
    inference_config: Mapping[str, Any] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a model as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.sentence_transformers.log_model(encoder, name="encoder", input_example=["A text"])
        >>> hw.pyfunc.load_model(info.model_uri).predict(["A text", "Another"])  # one row of numbers for each
    """
    _describe(task, options)
    return log_flavor(FLAVOR, model, partial(_write, task, inference_config), artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the model that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.sentence_transformers.load_model("models:/encoder@champion").encode("A text")
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


def _describe(task: str | None, options: SaveOptions) -> None:
    if task is not None and options.get("signature") is None:
        options["signature"] = describe_service()


def _write(task: str | None, inference_config: Mapping[str, Any] | None, model: Any, folder: Path) -> Saved:
    if task not in {None, EMBEDDINGS}:
        raise InvalidParameterValue(f"Invalid task '{task}'. Use '{EMBEDDINGS}', or leave it out.")
    model.save(str(folder / _FOLDER))
    inner = getattr(model[0], "auto_model", None)
    section = {
        "pipeline_model_type": type(inner if inner is not None else model[0]).__name__,
        "source_model_name": str(getattr(getattr(inner, "config", None), "_name_or_path", "")),
    }
    config = {**(inference_config or {}), **({"task": task} if task else {})}
    pyfunc = {"data": _FOLDER, **({"config": config} if config else {})}
    return Saved(section, pyfunc, (*find_distributions("transformers"), *find_distributions("torch")))


def _load(folder: ModelFolder) -> Any:
    from sentence_transformers import SentenceTransformer

    path = _find_folder(folder)
    return SentenceTransformer(str(path), trust_remote_code=bool(_find_unsafe(folder)), local_files_only=True)


def _find_folder(folder: ModelFolder) -> Path:
    return folder.file(str(folder.model.flavors.get("python_function", {}).get("data") or _FOLDER))


def _find_unsafe(folder: ModelFolder) -> list[str]:
    """Return, for people, the Python code that the model's configuration names: its own files, or other packages."""
    path = _find_folder(folder)
    found = [f"the Python code that '{name}' names" for name in find_configured_code(path)]
    modules = (
        json.loads((path / "modules.json").read_text(encoding="utf-8")) if (path / "modules.json").is_file() else []
    )
    return found + [f"the class '{part.get('type')}'" for part in modules if not str(part.get("type")).startswith(_OWN)]


FLAVOR = Flavor(
    name="sentence_transformers",
    package="sentence_transformers",
    version_key="sentence_transformers_version",
    distributions=("sentence-transformers",),
    load=_load,
    predictor=EmbeddingPredictor,
    find_unsafe=_find_unsafe,
)
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
get_default_conda_env = FLAVOR.get_default_conda_env
