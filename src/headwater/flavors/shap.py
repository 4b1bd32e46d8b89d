"""The flavor for SHAP: explainers, and explanations of any model."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.arrays import to_array
from headwater.flavors.shap_explanation import log_explanation
from headwater.flavors.shap_files import find_unsafe, get_underlying_model_flavor, read_explainer, write_explainer
from headwater.models.flavor import Flavor
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor

__all__ = [
    "FLAVOR",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_underlying_model_flavor",
    "load_explainer",
    "load_model",
    "log_explainer",
    "log_explanation",
    "log_model",
    "save_explainer",
    "save_model",
]


@save_by_position("serialize_model_using_mlflow conda_env code_paths mlflow_model")
def save_explainer(
    explainer: Any, path: str | Path, *, serialize_model_using_mlflow: bool = True, **options: Unpack[SaveOptions]
) -> None:
    """Save an explainer into a new folder.

    Args:
        explainer: a `shap.Explainer` of any kind.
        path: the folder, absent or empty.
        serialize_model_using_mlflow: keep the model that it explains by the flavor of its framework.
        options: see `SaveOptions`.

    Example:
        >>> hw.shap.save_explainer(shap.Explainer(forest.predict, X), "explainer")
    """
    save_flavor(FLAVOR, explainer, path, partial(write_explainer, serialize_model_using_mlflow), options)


@log_by_position("serialize_model_using_mlflow conda_env code_paths")
def log_explainer(
    explainer: Any,
    artifact_path: str | None = None,
    *,
    serialize_model_using_mlflow: bool = True,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log an explainer as a model of the active run, which predicts the effects of each feature.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_explainer` and `LogOptions`.

    Example:
        >>> info = hw.shap.log_explainer(shap.Explainer(forest.predict, X), name="explainer")
        >>> hw.pyfunc.load_model(info.model_uri).predict(X)  # one row of effects for each
    """
    write = partial(write_explainer, serialize_model_using_mlflow)
    return log_flavor(FLAVOR, explainer, write, artifact_path, options)


def load_explainer(
    model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None
) -> Any:
    """Return the explainer that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.shap.load_explainer("models:/explainer/1")(X).values
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


class _Predictor:
    """Returns the effect of each feature on each prediction."""

    def __init__(self, explainer: Any) -> None:
        self._explainer = explainer

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        return self._explainer(to_array(data), **(params or {})).values


FLAVOR = Flavor(
    name="shap",
    package="shap",
    version_key="shap_version",
    distributions=("shap",),
    load=read_explainer,
    predictor=lambda explainer, _section: _Predictor(explainer),
    find_unsafe=find_unsafe,
)
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
get_default_conda_env = FLAVOR.get_default_conda_env
save_model, log_model, load_model = save_explainer, log_explainer, load_explainer
