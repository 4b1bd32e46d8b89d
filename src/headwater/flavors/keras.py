"""The flavor for Keras 3, with every backend, and for Keras models that MLflow 1 and 2 wrote."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.keras_autolog import MlflowCallback, autolog
from headwater.flavors.keras_files import DATA, find_unsafe_keras, read_keras, write_model
from headwater.flavors.tensorflow_predictor import make_predictor
from headwater.models.flavor import Flavor, ModelFolder
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor

__all__ = [
    "FLAVOR",
    "MlflowCallback",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]


@save_by_position("save_exported_model conda_env mlflow_model")
def save_model(
    model: Any,
    path: str | Path,
    *,
    save_exported_model: bool = False,
    save_model_kwargs: Mapping[str, Any] | None = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save a Keras model into a new folder.

    Args:
        model: a `keras.Model`.
        path: the folder, absent or empty.
        save_exported_model: write what `model.export` makes, a program of TensorFlow that can only predict.
        save_model_kwargs: arguments for `model.save`, or for `model.export`.
        options: see `SaveOptions`.

    Example:
        >>> hw.keras.save_model(net, "net", input_example=X[:2])
    """
    write = partial(write_model, save_exported_model, save_model_kwargs or {})
    save_flavor(FLAVOR, model, path, write, options)


@log_by_position("save_exported_model conda_env signature input_example")
def log_model(
    model: Any,
    artifact_path: str | None = None,
    *,
    save_exported_model: bool = False,
    save_model_kwargs: Mapping[str, Any] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a Keras model as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.keras.log_model(net, name="net", input_example=X[:2], registered_model_name="churn")
    """
    write = partial(write_model, save_exported_model, save_model_kwargs or {})
    return log_flavor(FLAVOR, model, write, artifact_path, options)


def load_model(
    model_uri: str | Path,
    dst_path: str | Path | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    load_model_kwargs: Mapping[str, Any] | None = None,
    *,
    allow_pickle: bool | None = None,
) -> Any:
    """Return the Keras model that a URI names; see `headwater.sklearn.load_model` for the arguments.

    A layer with Python code of its own, such as `Lambda`, is loaded with consent only.

    Args:
        model_uri, dst_path, allow_pickle: as for every flavor.
        custom_objects: classes and functions of your own by the names that the model has for them.
        load_model_kwargs: arguments for `keras.models.load_model`.

    Example:
        >>> hw.keras.load_model("models:/churn@champion").predict(X)
    """
    given = {"custom_objects": custom_objects, "load_model_kwargs": load_model_kwargs}
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle, **given)


def _find_data(folder: ModelFolder) -> Path:
    return folder.file(str(folder.section("keras").get("data") or DATA))


FLAVOR = Flavor(
    name="keras",
    package="keras",
    version_key="keras_version",
    distributions=("keras",),
    load=lambda folder, **given: read_keras(folder, _find_data(folder), **given),
    predictor=make_predictor,
    find_unsafe=lambda folder: find_unsafe_keras(_find_data(folder)),
)
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
get_default_conda_env = FLAVOR.get_default_conda_env
