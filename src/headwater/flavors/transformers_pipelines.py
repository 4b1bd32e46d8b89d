"""Pipelines of Transformers, made of what people log: pipelines, dictionaries of their parts, and checkpoints."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headwater.flavors.transformers_files import read_parts
from headwater.models.flavor import ModelFolder
from headwater.models.save import SaveOptions
from headwater.protocol.errors import InvalidParameterValue


def build_pipeline(given: Any, task: str | None, processor: Any, dtype: Any) -> Any:
    """Return the pipeline that is meant.

    Args:
        given: a pipeline, a dictionary with "model" and "tokenizer" and such, a model, or the path of a checkpoint.
        task: what it does; default: what the pipeline or the model's class is made for.
        processor: goes with the model.
        dtype: the type that the weights are turned into.
    """
    import transformers

    if task is not None and task.startswith("llm/"):
        raise InvalidParameterValue(f"The task '{task}' is none of Transformers. Name one, such as 'text-generation'.")
    if isinstance(given, transformers.Pipeline):
        pipeline = given
    else:
        parts = dict(given) if isinstance(given, Mapping) else {"model": given}
        parts |= {"processor": processor} if processor is not None else {}
        model = parts.pop("model", None)
        if not isinstance(model, str | Path | transformers.PreTrainedModel):
            raise InvalidParameterValue(
                f"A '{type(given).__name__}' makes no pipeline. Give one, or a dictionary with 'model' and 'tokenizer'."
            )
        model = str(model) if isinstance(model, Path) else model
        found = task or (None if isinstance(model, str) else find_task(model))
        pipeline = transformers.pipeline(found, model=model, **parts)
    if dtype is not None:
        pipeline.model.to(find_dtype(dtype))
    return pipeline


def find_task(model: Any) -> str:
    """Return the first task whose pipelines take models of this class."""
    from transformers.pipelines import SUPPORTED_TASKS

    for task, facts in SUPPORTED_TASKS.items():
        mappings = (getattr(kind, "_model_mapping", {}) for kind in facts["pt"])
        found = (mapping.get(type(model.config), None) for mapping in mappings)
        if any(type(model) in (kinds if isinstance(kinds, tuple) else (kinds,)) for kinds in found):
            return str(task)
    raise InvalidParameterValue(f"The task of a '{type(model).__name__}' is not known. Pass task=.")


def find_dtype(dtype: Any) -> Any:
    """Return a type of PyTorch by its name, or itself."""
    import torch

    return getattr(torch, dtype.removeprefix("torch.")) if isinstance(dtype, str) else dtype


def configure(
    pipeline: Any, config: Mapping[str, Any] | None, prompt_template: str | None, options: SaveOptions
) -> dict[str, Any]:
    """Return the arguments for every call: with a template, the texts that it made are not given back.

    The template is added to the metadata of the options, where MLflow keeps it.
    """
    if prompt_template is None:
        return dict(config or {})
    if "{prompt}" not in prompt_template:
        raise InvalidParameterValue(f"The prompt_template '{prompt_template}' has no '{{prompt}}'. Put it in.")
    options["metadata"] = {**(options.get("metadata") or {}), "prompt_template": prompt_template}
    keeps_prompt = {"return_full_text": False} if pipeline.task == "text-generation" else {}
    return {**keeps_prompt, **(config or {})}


def read_pipeline(
    folder: ModelFolder, return_type: str = "pipeline", device: Any = None, torch_dtype: Any = None, **options: Any
) -> Any:
    """Return the pipeline of a model, or a dictionary of its parts."""
    import transformers

    if return_type not in {"pipeline", "components"}:
        raise InvalidParameterValue(f"Invalid return_type '{return_type}'. Use 'pipeline' or 'components'.")
    task = str(folder.section("transformers")["task"])
    parts = read_parts(folder, torch_dtype)
    if return_type == "components":
        return {"task": task, **parts}
    return transformers.pipeline(task, **parts, **({"device": device} if device is not None else {}), **options)
