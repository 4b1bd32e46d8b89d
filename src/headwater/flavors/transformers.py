"""The flavor for Transformers: pipelines, and models with their tokenizers and processors."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.transformers_autolog import autolog
from headwater.flavors.transformers_defaults import (
    get_default_conda_env,
    get_default_pip_requirements,
    is_gpu_available,
)
from headwater.flavors.transformers_files import find_unsafe, write_pipeline
from headwater.flavors.transformers_pipelines import build_pipeline, configure, read_pipeline
from headwater.flavors.transformers_predictor import PipelinePredictor, generate_signature_output
from headwater.flavors.transformers_weights import persist_pretrained_model
from headwater.models.flavor import Flavor
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor

__all__ = [
    "FLAVOR",
    "autolog",
    "generate_signature_output",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "is_gpu_available",
    "load_model",
    "log_model",
    "persist_pretrained_model",
    "save_model",
]


@save_by_position("processor task torch_dtype model_card code_paths mlflow_model")
def save_model(
    transformers_model: Any,
    path: str | Path,
    *,
    processor: Any = None,
    task: str | None = None,
    torch_dtype: Any = None,
    model_card: Any = None,
    model_config: Mapping[str, Any] | None = None,
    prompt_template: str | None = None,
    save_pretrained: bool = True,
    **options: Unpack[SaveOptions],
) -> None:
    """Save a pipeline into a new folder.

    Args:
        transformers_model: a pipeline, a dictionary with "model", "tokenizer" and such, or the path of a checkpoint.
        path: the folder, absent or empty.
        processor: a processor that belongs to a model given without one.
        task: such as "text-generation"; default: what the pipeline, or the model's class, is made for.
        torch_dtype: the type of the weights, such as "float16"; default: as they are.
        model_card: a text, kept as `model_card.md`.
        model_config: arguments for every call of the pipeline, such as `{"max_new_tokens": 20}`.
        prompt_template: a text with `{prompt}`, which every input is put into.
        save_pretrained: False: keep no weights, only the name and revision that the model has on the hub.
        options: see `SaveOptions`.

    Example:
        >>> hw.transformers.save_model(pipeline("text-classification"), "mood", input_example="What a day!")
    """
    pipeline = build_pipeline(transformers_model, task, processor, torch_dtype)
    config = configure(pipeline, model_config, prompt_template, options)
    save_flavor(FLAVOR, pipeline, path, partial(write_pipeline, save_pretrained, model_card, config), options)


@log_by_position("processor task torch_dtype model_card code_paths")
def log_model(
    transformers_model: Any,
    artifact_path: str | None = None,
    *,
    processor: Any = None,
    task: str | None = None,
    torch_dtype: Any = None,
    model_card: Any = None,
    model_config: Mapping[str, Any] | None = None,
    prompt_template: str | None = None,
    save_pretrained: bool = True,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a pipeline as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.transformers.log_model(mood, name="mood", input_example="What a day!")
        >>> hw.pyfunc.load_model(info.model_uri).predict(["What a day!", "Oh no."])  # a DataFrame of label and score
    """
    pipeline = build_pipeline(transformers_model, task, processor, torch_dtype)
    config = configure(pipeline, model_config, prompt_template, options)
    return log_flavor(
        FLAVOR, pipeline, partial(write_pipeline, save_pretrained, model_card, config), artifact_path, options
    )


def load_model(
    model_uri: str | Path,
    dst_path: str | Path | None = None,
    return_type: str = "pipeline",
    device: Any = None,
    *,
    torch_dtype: Any = None,
    allow_pickle: bool | None = None,
    **options: Any,
) -> Any:
    """Return the pipeline that a URI names, or its parts; see `headwater.sklearn.load_model` for the arguments.

    Args:
        model_uri, dst_path, allow_pickle: as for every flavor.
        return_type: "pipeline", or "components" for a dictionary of the parts.
        device: where it runs, such as "cuda:0".
        torch_dtype: the type of the weights; default: as saved.
        options: further arguments for `transformers.pipeline`.

    Example:
        >>> hw.transformers.load_model("models:/mood@champion")("What a day!")
    """
    given = {"return_type": return_type, "device": device, "torch_dtype": torch_dtype, **options}
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle, **given)


FLAVOR = Flavor(
    name="transformers",
    package="transformers",
    version_key="transformers_version",
    distributions=("transformers",),
    load=read_pipeline,
    predictor=PipelinePredictor,
    find_unsafe=find_unsafe,
)
