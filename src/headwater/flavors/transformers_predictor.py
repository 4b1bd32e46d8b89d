"""Predictions of pipelines of Transformers: texts, records and DataFrames in, texts, DataFrames and arrays out."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from headwater.models.schema.kinds import is_frame

_TEXT_KEYS = ("generated_text", "summary_text", "translation_text", "answer", "text")


class PipelinePredictor:
    """Calls a pipeline with the config of the model and the params of the call, and returns what people compute with.

    Generated and recognized texts come as a list of texts, labels with scores as a DataFrame, features as arrays,
    anything else as the pipeline returns it.
    """

    def __init__(self, pipeline: Any, section: Mapping[str, Any]) -> None:
        self._pipeline = pipeline
        self._config = dict(section.get("config") or {})
        self._template = (section.get("metadata") or {}).get("prompt_template")

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return one answer for each text or record; see the class."""
        inputs = self._fill_template(_to_inputs(data))
        task = str(self._pipeline.task)
        if task == "zero-shot-classification":
            output = [self._pipeline(**record, **self._config, **(params or {})) for record in inputs]
        else:
            output = self._pipeline(inputs, **{**self._config, **(params or {})})
        return _to_answer(task, output)

    def _fill_template(self, inputs: list[Any]) -> list[Any]:
        if not self._template:
            return inputs
        return [self._template.format(prompt=item) if isinstance(item, str) else item for item in inputs]


def generate_signature_output(
    pipeline: Any,
    data: Any,
    model_config: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    flavor_config: Mapping[str, Any] | None = None,
) -> Any:
    """Return what a pipeline's model will answer to some data once it is saved, to infer a signature from.

    Args:
        pipeline: any pipeline.
        data: texts, records or a frame.
        model_config: arguments for every call, as `save_model` takes them.
        params: arguments for this call.
        flavor_config: what else `MLmodel` would say of it.

    Example:
        >>> output = hw.transformers.generate_signature_output(mood, ["What a day!"])
        >>> signature = hw.models.infer_signature(["What a day!"], output)
    """
    section = {**(flavor_config or {}), "config": dict(model_config or {})}
    return PipelinePredictor(pipeline, section).predict(data, params)


def _to_inputs(data: Any) -> list[Any]:
    """Return a list of texts or records; a DataFrame of one column gives texts, of several records."""
    if is_frame(data):
        if data.ndim == 1 or data.shape[1] == 1:
            return list(data.to_numpy().ravel())
        return [dict(record) for record in data.to_dict(orient="records")]
    if isinstance(data, np.ndarray) and data.dtype.kind in "OU":
        return list(data.ravel())
    return list(data) if isinstance(data, list | tuple) else [data]


def _to_answer(task: str, output: Any) -> Any:
    if task == "zero-shot-classification":
        return _to_frame(
            {"sequence": found["sequence"], "labels": label, "scores": score}
            for found in output
            for label, score in zip(found["labels"], found["scores"], strict=True)
        )
    if task == "fill-mask":
        return [_first(found)["token_str"] for found in _per_input(output)]
    if task in {"token-classification", "ner"}:
        return [",".join(_entity(item) for item in found) for found in _per_input(output)]
    if task == "feature-extraction":
        arrays = [np.asarray(found)[0] if np.ndim(found) == 3 else np.asarray(found) for found in output]
        return arrays[0] if len(arrays) == 1 else arrays
    records = list(_flatten(output))
    key = next((key for key in _TEXT_KEYS if records and isinstance(records[0], dict) and key in records[0]), None)
    if key is not None:
        return [record[key] for record in records]
    if records and all(isinstance(record, dict) and {"label", "score"} == set(record) for record in records):
        return _to_frame(records)
    return output


def _per_input(output: list[Any]) -> list[Any]:
    """Return one list for each input: pipelines leave out the outer one for a single input."""
    return output if not output or isinstance(output[0], list) else [output]


def _first(found: Any) -> Any:
    return _first(found[0]) if isinstance(found, list) else found


def _entity(item: Mapping[str, Any]) -> str:
    return str(item.get("entity_group") or item.get("entity"))


def _flatten(output: Any) -> Any:
    if not isinstance(output, list):
        yield output
        return
    for item in output:
        yield from _flatten(item)


def _to_frame(records: Any) -> Any:
    import pandas as pd

    return pd.DataFrame.from_records(list(records))
