"""The files of TensorFlow's models: Keras models, and programs of modules, which MLflow 1 wrote for any model."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headwater.flavors.keras_files import find_unsafe_keras, read_keras, write_keras
from headwater.models.flavor import ModelFolder, Saved
from headwater.protocol.errors import InvalidParameterValue

_DATA, _PROGRAM = "data", "tf2model"


def get_global_custom_objects() -> dict[str, Any]:
    """Return the classes and functions that Keras knows by names of yours, in this process."""
    import keras

    return dict(keras.saving.get_custom_objects())


def write_model(
    objects: Mapping[str, Any] | None,
    settings: Mapping[str, Any],
    keras_settings: Mapping[str, Any],
    model: Any,
    folder: Path,
) -> Saved:
    """Write a Keras model into `data`, or a module as a program into `tf2model`."""
    import keras
    import tensorflow as tf

    if isinstance(model, keras.Model):
        write_keras(model, folder / _DATA, keras_settings, objects)
        save_format = str(keras_settings.get("save_format") or "tf")
        (folder / _DATA / "keras_module.txt").write_text("tensorflow.keras", encoding="utf-8")
        (folder / _DATA / "save_format.txt").write_text(save_format, encoding="utf-8")
        return Saved({"data": _DATA, "model_type": "keras", "save_format": save_format}, {"data": _DATA}, ("keras",))
    if not isinstance(model, tf.Module):
        raise InvalidParameterValue(f"A '{type(model).__name__}' is no keras.Model or tf.Module. Save one of these.")
    tf.saved_model.save(model, str(folder / _PROGRAM), **settings)
    return Saved({"saved_model_dir": _PROGRAM, "model_type": "tf2-module"})


def read_model(
    folder: ModelFolder,
    saved_model_kwargs: Mapping[str, Any] | None = None,
    keras_model_kwargs: Mapping[str, Any] | None = None,
) -> Any:
    """Return the Keras model, or what TensorFlow makes of a program."""
    section = folder.section("tensorflow")
    if "saved_model_dir" not in section:
        return read_keras(folder, _find_data(folder), None, keras_model_kwargs or {})
    import tensorflow as tf

    tags = {"tags": section["meta_graph_tags"]} if section.get("meta_graph_tags") else {}
    return tf.saved_model.load(str(_find_data(folder)), **{**tags, **(saved_model_kwargs or {})})


def find_unsafe(folder: ModelFolder) -> list[str]:
    """Return, for people, what in a model runs code: programs can read and write files."""
    data = _find_data(folder)
    is_program = "saved_model_dir" in folder.section("tensorflow")
    return [f"the TensorFlow program '{data.name}'"] if is_program else find_unsafe_keras(data)


def _find_data(folder: ModelFolder) -> Path:
    section = folder.section("tensorflow")
    return folder.file(str(section.get("saved_model_dir") or section.get("data") or _DATA))
