"""The flavor for scikit-learn."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.sklearn_autolog import autolog
from headwater.flavors.sklearn_predictor import EstimatorPredictor
from headwater.models.flavor import Flavor, ModelFolder, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.objects import find_unsafe_object, read_object, write_object
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.predictors import PREDICT
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


@save_by_position("conda_env code_paths mlflow_model serialization_format")
def save_model(
    sk_model: Any,
    path: str | Path,
    *,
    serialization_format: str | None = None,
    pyfunc_predict_fn: str = PREDICT,
    skops_trusted_types: Sequence[str] | None = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save an estimator into a new folder.

    Args:
        sk_model: any fitted estimator or pipeline.
        path: the folder, absent or empty.
        serialization_format: "skops", "pickle" or "cloudpickle"; default: skops where it can, else cloudpickle.
        pyfunc_predict_fn: the method that predicts, such as "predict_proba".
        skops_trusted_types: what a skops file may hold besides; default: what it does hold.
        options: see `SaveOptions`.

    Example:
        >>> hw.sklearn.save_model(forest, "forest", input_example=X[:5])
    """
    write = partial(write_estimator, serialization_format, skops_trusted_types, pyfunc_predict_fn)
    save_flavor(FLAVOR, sk_model, path, write, options)


@log_by_position("conda_env code_paths serialization_format")
def log_model(
    sk_model: Any,
    artifact_path: str | None = None,
    *,
    serialization_format: str | None = None,
    pyfunc_predict_fn: str = PREDICT,
    skops_trusted_types: Sequence[str] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log an estimator as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.sklearn.log_model(forest, name="forest", input_example=X[:5], registered_model_name="churn")
        >>> hw.pyfunc.load_model(info.model_uri).predict(X)
    """
    write = partial(write_estimator, serialization_format, skops_trusted_types, pyfunc_predict_fn)
    return log_flavor(FLAVOR, sk_model, write, artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the estimator that a URI names.

    Args:
        model_uri: a path, `runs:/…`, `models:/…` and so on.
        dst_path: where to put a copy of the files.
        allow_pickle: load it even if that runs code of somebody else.

    Example:
        >>> hw.sklearn.load_model("models:/churn@champion").predict_proba(X)
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


def write_estimator(
    serialization_format: str | None, trusted: Sequence[str] | None, predict_fn: str, estimator: Any, folder: Path
) -> Saved:
    """Write an estimator's file into a model's folder."""
    name, described = write_object(estimator, folder / "model", serialization_format, trusted)
    pyfunc = {"model_path": name, "predict_fn": predict_fn} if hasattr(estimator, predict_fn) else None
    return Saved({"pickled_model": name, "skops_trusted_types": None, **described}, pyfunc)


def _find_file(folder: ModelFolder) -> str:
    section = folder.model.flavors.get(FLAVOR.name, {})
    return str(section.get("pickled_model") or "model.pkl")


FLAVOR = Flavor(
    name="sklearn",
    package="sklearn",
    version_key="sklearn_version",
    distributions=("scikit-learn",),
    load=lambda folder: read_object(folder, _find_file(folder), folder.section("sklearn")),
    predictor=EstimatorPredictor,
    find_unsafe=lambda folder: find_unsafe_object(_find_file(folder), folder.section("sklearn")),
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
