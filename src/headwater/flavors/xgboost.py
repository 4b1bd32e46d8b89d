"""The flavor for XGBoost: boosters and estimators, in XGBoost's own formats."""

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Unpack

from headwater.models.flavor import Flavor, ModelFolder, Predictor, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.predictors import RowWisePredictor
from headwater.models.save import SaveOptions, save_flavor
from headwater.protocol.errors import InvalidParameterValue

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_FORMATS = ("ubj", "json", "xgb")
_BOOSTER = "xgboost.core.Booster"


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
    save_flavor(FLAVOR, xgb_model, path, partial(_write, model_format), options)


def log_model(
    xgb_model: Any, artifact_path: str | None = None, *, model_format: str = "ubj", **options: Unpack[LogOptions]
) -> ModelInfo:
    """Log a booster or an estimator of XGBoost as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.xgboost.log_model(booster, name="booster", input_example=X[:5], registered_model_name="churn")
    """
    return log_flavor(FLAVOR, xgb_model, partial(_write, model_format), artifact_path, options)


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
    return _BoosterPredictor(model) if _class_name(model) == _BOOSTER else RowWisePredictor(model, section)


def _class_name(model: Any) -> str:
    return f"{type(model).__module__}.{type(model).__qualname__}"


def _write(model_format: str, model: Any, folder: Path) -> Saved:
    if model_format not in _FORMATS:
        raise InvalidParameterValue(f"Invalid model_format '{model_format}'. Use one of {', '.join(_FORMATS)}.")
    name = f"model.{model_format}"
    model.save_model(folder / name)
    class_name = _class_name(model)
    section = {"data": name, "model_class": class_name, "model_format": model_format}
    return Saved(section, {"data": name}, () if class_name == _BOOSTER else ("scikit-learn",))


def _load(folder: ModelFolder) -> Any:
    section = folder.section(FLAVOR.name)
    module, _, name = str(section.get("model_class") or _BOOSTER).rpartition(".")
    model = getattr(import_module(module), name)()
    model.load_model(folder.file(folder.data_name(FLAVOR.name, "model.xgb")))
    return model


def _find_foreign_class(folder: ModelFolder) -> list[str]:
    """Return the class of a model whose module is not XGBoost's: importing it runs code."""
    name = str(folder.section(FLAVOR.name).get("model_class") or _BOOSTER)
    return [] if name.startswith("xgboost.") else [f"a model of the class '{name}'"]


FLAVOR = Flavor(
    name="xgboost",
    package="xgboost",
    version_key="xgb_version",
    distributions=("xgboost",),
    load=_load,
    predictor=_make_predictor,
    find_unsafe=_find_foreign_class,
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
