"""The files of Keras models of every age: `.keras`, HDF5, and exported programs of TensorFlow."""

import json
import logging
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from headwater import config
from headwater.models.flavor import ModelFolder, Saved
from headwater.models.requirements import find_distributions

_NAMES = ("model.keras", "model.h5", "model")
DATA = "data"
_CUSTOM_OBJECTS = ("custom_objects.cloudpickle", "global_custom_objects.cloudpickle")
_RUNNING_CODE = {"Lambda", "__lambda__", "TorchModuleWrapper"}
"""What a model's configuration calls the layers and functions that hold code of their own."""

_log = logging.getLogger(__name__)


def write_model(save_exported_model: bool, settings: Mapping[str, Any], model: Any, folder: Path) -> Saved:  # noqa: FBT001
    """Write a model of Keras 3, or what it exports, into the folder `data`."""
    import keras

    backend = keras.backend.backend()
    data = folder / DATA
    data.mkdir()
    if save_exported_model:
        model.export(str(data / "model"), verbose=False, **settings)
    else:
        write_keras(model, data, settings)
    (data / "keras_module.txt").write_text("keras", encoding="utf-8")
    section = {"data": DATA, "keras_backend": backend, "save_exported_model": save_exported_model}
    return Saved(section, requirements=find_distributions(backend))


def write_keras(
    model: Any, data: Path, options: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> None:
    """Write a model into the folder `data` as `model.keras`, or in the older format that the options ask for."""
    data.mkdir(exist_ok=True)
    settings = dict(options)
    is_old = settings.pop("save_format", None) == "h5"
    model.save(data / ("model.h5" if is_old else "model.keras"), **settings)
    if custom_objects:
        import cloudpickle

        (data / _CUSTOM_OBJECTS[0]).write_bytes(cloudpickle.dumps(dict(custom_objects)))


def read_keras(
    folder: ModelFolder,
    data: Path,
    custom_objects: Mapping[str, Any] | None = None,
    load_model_kwargs: Mapping[str, Any] | None = None,
) -> Any:
    """Return a model; one that was exported as a program of TensorFlow can only be called."""
    path = find_file(data)
    if path.is_dir():
        import tensorflow as tf

        return tf.saved_model.load(str(path))
    keras = import_keras(folder)
    objects = {**_read_custom_objects(data), **(custom_objects or {})}
    settings = {"custom_objects": objects or None, "safe_mode": not list(find_code(path)), **(load_model_kwargs or {})}
    return load_file(keras, path, settings)


def load_file(keras: Any, path: Path, settings: Mapping[str, Any]) -> Any:
    """Return the model in a file; one whose loss or metrics cannot be made again can only predict."""
    try:
        return keras.models.load_model(path, **settings)
    except (ValueError, TypeError) as error:
        if settings.get("compile") is not None or "safe_mode" in str(error):
            raise
        model = keras.models.load_model(path, **settings, compile=False)
        _log.warning("The model predicts but cannot be trained on, since its loss or metrics cannot be made: %s", error)
        return model


def find_unsafe_keras(data: Path) -> list[str]:
    """Return, for people, what in the folder `data` runs code when it is loaded or used."""
    found = [f"the pickle '{data.name}/{name}'" for name in _CUSTOM_OBJECTS if (data / name).is_file()]
    path = find_file(data)
    if path.is_dir():
        return [*found, f"the TensorFlow program '{data.name}/{path.name}'"]
    codes = sorted(set(find_code(path)))
    return [*found, *(f"the Python code of a '{code}' in '{data.name}/{path.name}'" for code in codes)]


def find_file(data: Path) -> Path:
    """Return the model's file, or the folder of an exported program."""
    if data.is_file():  # as MLflow 0.8 had it
        return data
    return next((data / name for name in _NAMES if (data / name).exists()), data / _NAMES[0])


def import_keras(folder: ModelFolder) -> Any:
    """Return Keras, with the backend that the model was made with unless this process has chosen one."""
    backend = folder.model.flavors.get("keras", {}).get("keras_backend")
    if backend and "keras" not in sys.modules:
        config.suggest("KERAS_BACKEND", str(backend))  # the only way to tell it, read when it is imported
    import keras

    return keras


def _read_custom_objects(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _CUSTOM_OBJECTS:
        if (data / name).is_file():
            import cloudpickle

            found |= cloudpickle.loads((data / name).read_bytes())
    return found


def find_code(path: Path) -> Iterator[str]:
    """Yield what in a file of Keras runs Python code."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            try:
                yield from _find_in_config(json.loads(archive.read("config.json")))
            except (KeyError, ValueError):
                yield "file that cannot be checked"
    elif path.is_file():
        import h5py  # comes with Keras

        with h5py.File(path, "r") as file:
            for text in (file.attrs.get("model_config"), file.attrs.get("training_config")):
                yield from _find_in_config(json.loads(text)) if text else ()


def _find_in_config(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("class_name") in _RUNNING_CODE:
            yield str(value["class_name"]).strip("_")
        for item in value.values():
            yield from _find_in_config(item)
    elif isinstance(value, list):
        for item in value:
            yield from _find_in_config(item)
