"""The flavor for XGBoost: boosters and estimators, in XGBoost's own formats."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.xgboost_autolog import autolog
from headwater.flavors.xgboost_files import BOOSTER, find_foreign_class, load_files, name_class, write_model
from headwater.models.flavor import Flavor, Predictor
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
def save_model(xgb_model: Any, path: str | Path, *, model_format: str = "ubj", **options: Unpack[SaveOptions]) -> None:
    """Save a booster or an estimator of XGBoost into a new folder.

    Args:
        xgb_model: a fitted `xgboost.Booster`, or a model of XGBoost's scikit-learn interface.
        path: the folder, absent or empty.
        model_format: "ubj", "json" or "xgb".
        options: see `SaveOptions`.

    Example:
        >>> hw.xgboost.save_model(booster, "booster", input_example=X[:5])
    """
    save_flavor(FLAVOR, xgb_model, path, partial(write_model, model_format), options)


@log_by_position()
def log_model(
    xgb_model: Any, artifact_path: str | None = None, *, model_format: str = "ubj", **options: Unpack[LogOptions]
) -> ModelInfo:
    """Log a booster or an estimator of XGBoost as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.xgboost.log_model(booster, name="booster", input_example=X[:5], registered_model_name="churn")
    """
    return log_flavor(FLAVOR, xgb_model, partial(write_model, model_format), artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the booster or estimator that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.xgboost.load_model("models:/churn@champion").predict(xgboost.DMatrix(X))
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


class _BoosterPredictor:
    is_row_wise = True

    def __init__(self, booster: Any) -> None:
        self._booster = booster

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        import xgboost

        matrix = data if isinstance(data, xgboost.DMatrix) else xgboost.DMatrix(data)
        return self._booster.predict(matrix, **(params or {}))


def _make_predictor(model: Any, section: Mapping[str, Any]) -> Predictor:
    return _BoosterPredictor(model) if name_class(model) == BOOSTER else RowWisePredictor(model, section)


FLAVOR = Flavor(
    name="xgboost",
    package="xgboost",
    version_key="xgb_version",
    distributions=("xgboost",),
    load=load_files,
    predictor=_make_predictor,
    find_unsafe=find_foreign_class,
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
