"""The flavor for TensorFlow: Keras models, and modules as programs that TensorFlow runs."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.tensorflow_autolog import MlflowCallback, autolog
from headwater.flavors.tensorflow_checkpoint import load_checkpoint
from headwater.flavors.tensorflow_files import find_unsafe, get_global_custom_objects, read_model, write_model
from headwater.flavors.tensorflow_predictor import make_predictor
from headwater.models.flavor import Flavor
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
    "get_global_custom_objects",
    "load_checkpoint",
    "load_model",
    "log_model",
    "save_model",
]


@save_by_position("conda_env code_paths mlflow_model custom_objects")
def save_model(
    model: Any,
    path: str | Path,
    *,
    custom_objects: Mapping[str, Any] | None = None,
    saved_model_kwargs: Mapping[str, Any] | None = None,
    keras_model_kwargs: Mapping[str, Any] | None = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save a Keras model, or a `tf.Module`, into a new folder.

    Args:
        model: a `keras.Model` or a `tf.Module`.
        path: the folder, absent or empty.
        custom_objects: classes and functions of your own that a Keras model needs, kept with it as a pickle.
        saved_model_kwargs: arguments for `tf.saved_model.save`.
        keras_model_kwargs: arguments for `model.save`; `{"save_format": "h5"}` writes HDF5.
        options: see `SaveOptions`.

    Example:
        >>> hw.tensorflow.save_model(net, "net", input_example=X[:2])
    """
    write = partial(write_model, custom_objects, saved_model_kwargs or {}, keras_model_kwargs or {})
    save_flavor(FLAVOR, model, path, write, options)


@log_by_position("custom_objects conda_env code_paths signature input_example")
def log_model(
    model: Any,
    artifact_path: str | None = None,
    *,
    custom_objects: Mapping[str, Any] | None = None,
    saved_model_kwargs: Mapping[str, Any] | None = None,
    keras_model_kwargs: Mapping[str, Any] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a Keras model, or a `tf.Module`, as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.tensorflow.log_model(net, name="net", input_example=X[:2], registered_model_name="churn")
    """
    write = partial(write_model, custom_objects, saved_model_kwargs or {}, keras_model_kwargs or {})
    return log_flavor(FLAVOR, model, write, artifact_path, options)


def load_model(
    model_uri: str | Path,
    dst_path: str | Path | None = None,
    saved_model_kwargs: Mapping[str, Any] | None = None,
    keras_model_kwargs: Mapping[str, Any] | None = None,
    *,
    allow_pickle: bool | None = None,
) -> Any:
    """Return the Keras model, or what `tf.saved_model.load` makes of a module, that a URI names.

    A program of TensorFlow can read and write files, so that one of somebody else is loaded with consent only. See
    `headwater.sklearn.load_model` for the arguments; `saved_model_kwargs` go to `tf.saved_model.load`,
    `keras_model_kwargs` to `keras.models.load_model`.

    Example:
        >>> hw.tensorflow.load_model("models:/churn@champion").predict(X)
    """
    given = {"saved_model_kwargs": saved_model_kwargs or {}, "keras_model_kwargs": keras_model_kwargs or {}}
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle, **given)


FLAVOR = Flavor(
    name="tensorflow",
    package="tensorflow",
    version_key="keras_version",
    distributions=("tensorflow",),
    load=read_model,
    predictor=make_predictor,
    find_unsafe=find_unsafe,
)
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
get_default_conda_env = FLAVOR.get_default_conda_env
