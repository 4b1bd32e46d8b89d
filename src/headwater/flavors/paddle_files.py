"""The files of PaddlePaddle's models: a program with its weights, or the state of a training."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headwater.models.flavor import ModelFolder, Saved
from headwater.protocol.errors import InvalidParameterValue

_NAME = "model"
_STATE = ".pdparams"
_SUFFIXES = (".json", ".pdmodel", ".pdiparams", ".pdiparams.info", _STATE, ".pdopt")


def write_model(
    training: bool,  # noqa: FBT001 - bound by name in the flavor
    input_spec: Any,
    example: Any,
    model: Any,
    folder: Path,
) -> Saved:
    """Write a layer as a program, or a `paddle.Model` as one or as the state of its training."""
    import paddle

    section, target = {"pickled_model": _NAME}, str(folder / _NAME)
    if isinstance(model, paddle.Model):
        model.save(target, training=training)
        return Saved(section, None if training else {"model_path": _NAME})
    if training:
        raise InvalidParameterValue(
            f"training=True keeps the state of a prepared paddle.Model, not of a '{type(model).__name__}'. Wrap it."
        )
    if not isinstance(model, paddle.nn.Layer):
        raise InvalidParameterValue(f"A '{type(model).__name__}' is no paddle.nn.Layer and no paddle.Model.")
    was_training = model.training
    model.eval()
    try:
        paddle.jit.save(model, target, **_find_spec(model, input_spec, example))
    finally:
        if was_training:
            model.train()
    return Saved(section, {"model_path": _NAME})


def read_model(folder: ModelFolder, model: Any = None) -> Any:
    """Return the program of a model, or the given `paddle.Model` with the saved state."""
    import paddle

    path = _find_path(folder)
    if model is not None:
        model.load(str(path))
        return model
    if path.with_name(path.name + _STATE).exists():
        raise InvalidParameterValue(
            "This model was saved with training=True and cannot predict by itself. Give load_model a prepared "
            "paddle.Model that takes its state."
        )
    return paddle.jit.load(str(path))


def find_unsafe(folder: ModelFolder) -> list[str]:
    """Return, for people, the files of a model: programs can write files, and states are pickles."""
    path = _find_path(folder)
    return [f"'{name}'" for name in _list_files(path)] or [f"the model '{path.name}'"]


def _find_path(folder: ModelFolder) -> Path:
    """Return the path of the model's files without their suffixes."""
    name = str(folder.section("paddle").get("pickled_model") or _NAME)
    return folder.file(str(Path(name).parent)) / Path(name).name


def _list_files(path: Path) -> Iterator[str]:
    return (path.name + suffix for suffix in _SUFFIXES if path.with_name(path.name + suffix).exists())


def _find_spec(layer: Any, given: Any, example: Any) -> dict[str, Any]:
    """Return what `paddle.jit.save` has to know of the inputs, unless the layer knows it itself."""
    if given is not None:
        return {"input_spec": given}
    if example is None or type(layer.forward).__name__.endswith("StaticFunction"):
        return {}
    from paddle.static import InputSpec

    rows = example[0] if isinstance(example, tuple) else example
    array = np.asarray(rows)
    return {"input_spec": [InputSpec([None, *array.shape[1:]], "float32" if array.dtype.kind in "Of" else array.dtype)]}
