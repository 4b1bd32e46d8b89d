"""The flavor for LightGBM: boosters as LightGBM's text, estimators by skops."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.lightgbm_autolog import autolog
from headwater.flavors.lightgbm_files import find_unsafe, load_files, write_model
from headwater.models.flavor import Flavor
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.predictors import RowWisePredictor
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


@save_by_position()
def save_model(
    lgb_model: Any,
    path: str | Path,
    *,
    serialization_format: str | None = None,
    skops_trusted_types: Sequence[str] | None = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save a booster or an estimator of LightGBM into a new folder.

    Args:
        lgb_model: a fitted `lightgbm.Booster`, or a model of LightGBM's scikit-learn interface.
        path: the folder, absent or empty.
        serialization_format: of an estimator: "skops", "pickle" or "cloudpickle"; default: skops where it can.
        skops_trusted_types: what a skops file may hold besides; default: what it does hold.
        options: see `SaveOptions`.

    Example:
        >>> hw.lightgbm.save_model(booster, "booster", input_example=X[:5])
    """
    save_flavor(FLAVOR, lgb_model, path, partial(write_model, serialization_format, skops_trusted_types), options)


@log_by_position()
def log_model(
    lgb_model: Any,
    artifact_path: str | None = None,
    *,
    serialization_format: str | None = None,
    skops_trusted_types: Sequence[str] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a booster or an estimator of LightGBM as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.lightgbm.log_model(booster, name="booster", input_example=X[:5], registered_model_name="churn")
    """
    write = partial(write_model, serialization_format, skops_trusted_types)
    return log_flavor(FLAVOR, lgb_model, write, artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the booster or estimator that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.lightgbm.load_model("models:/churn@champion").predict(X)
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


FLAVOR = Flavor(
    name="lightgbm",
    package="lightgbm",
    version_key="lgb_version",
    distributions=("lightgbm",),
    load=load_files,
    predictor=RowWisePredictor,
    find_unsafe=find_unsafe,
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
