"""The flavor for PaddlePaddle: programs that predict, and the state of models that are trained further."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.arrays import like_input, to_array
from headwater.flavors.paddle_autolog import autolog
from headwater.flavors.paddle_files import find_unsafe, read_model, write_model
from headwater.models.flavor import Flavor
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor

__all__ = [
    "FLAVOR",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]


@save_by_position("training conda_env code_paths mlflow_model")
def save_model(
    pd_model: Any,
    path: str | Path,
    *,
    training: bool = False,
    input_spec: Any = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save a model of PaddlePaddle into a new folder.

    Args:
        pd_model: a `paddle.nn.Layer`, or a `paddle.Model`.
        path: the folder, absent or empty.
        training: keep the state of a prepared `paddle.Model` and of its optimizer, to train it further, instead of a
            program, which can only predict.
        input_spec: the `InputSpec`s of a layer that has none of its own; default: those of the input example, with any
            number of rows.
        options: see `SaveOptions`.

    Example:
        >>> hw.paddle.save_model(net, "net", input_example=X[:2])
    """
    write = partial(write_model, training, input_spec, options.get("input_example"))
    save_flavor(FLAVOR, pd_model, path, write, options)


@log_by_position("training conda_env code_paths")
def log_model(
    pd_model: Any,
    artifact_path: str | None = None,
    *,
    training: bool = False,
    input_spec: Any = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a model of PaddlePaddle as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.paddle.log_model(net, name="net", input_example=X[:2], registered_model_name="churn")
    """
    write = partial(write_model, training, input_spec, options.get("input_example"))
    return log_flavor(FLAVOR, pd_model, write, artifact_path, options)


def load_model(
    model_uri: str | Path,
    model: Any = None,
    dst_path: str | Path | None = None,
    *,
    allow_pickle: bool | None = None,
) -> Any:
    """Return the layer that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Programs of PaddlePaddle can write files, and states are pickles: those of somebody else need consent.

    Args:
        model_uri, dst_path, allow_pickle: as for every flavor.
        model: a prepared `paddle.Model` that takes the saved state, and is returned; for one saved with
            `training=True`.

    Example:
        >>> hw.paddle.load_model("models:/churn@champion")(paddle.to_tensor(X))
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle, model=model)


class _Predictor:
    """Gives one tensor of floating-point numbers to a layer, and returns a frame as MLflow does."""

    def __init__(self, layer: Any) -> None:
        self._layer = layer

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002 - Paddle has none
        import paddle
        import pandas as pd

        array = to_array(data)
        found = self._layer(paddle.to_tensor(array.astype("float32"))).numpy()
        return like_input(data, found) if hasattr(data, "iloc") or found.ndim > 2 else pd.DataFrame(found)


FLAVOR = Flavor(
    name="paddle",
    package="paddle",
    version_key="paddle_version",
    distributions=("paddlepaddle",),
    load=read_model,
    predictor=lambda layer, _section: _Predictor(layer),
    find_unsafe=find_unsafe,
)
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
get_default_conda_env = FLAVOR.get_default_conda_env
