"""The flavor for CatBoost, in CatBoost's own formats."""

from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.models.flavor import Flavor, ModelFolder, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.predictors import RowWisePredictor
from headwater.models.save import SaveOptions, save_flavor
from headwater.protocol.errors import InvalidParameterValue

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_FILE = "model.cb"
_FORMATS = ("cbm", "json")
_CLASSES = ("CatBoost", "CatBoostClassifier", "CatBoostRanker", "CatBoostRegressor")


@save_by_position()
def save_model(
    cb_model: Any,
    path: str | Path,
    *,
    format: str = "cbm",  # noqa: A002 - CatBoost's own word
    pool: Any = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save a model of CatBoost into a new folder.

    Args:
        cb_model: a fitted `CatBoost`, `CatBoostClassifier`, `CatBoostRanker` or `CatBoostRegressor`.
        path: the folder, absent or empty.
        format: "cbm" or "json".
        pool: the training data, which "json" needs if there are categories.
        options: see `SaveOptions`.

    Example:
        >>> hw.catboost.save_model(trees, "trees", input_example=X[:5])
    """
    save_flavor(FLAVOR, cb_model, path, partial(_write, format, pool), options)


@log_by_position()
def log_model(
    cb_model: Any,
    artifact_path: str | None = None,
    *,
    format: str = "cbm",  # noqa: A002 - CatBoost's own word
    pool: Any = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a model of CatBoost as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.catboost.log_model(trees, name="trees", input_example=X[:5], registered_model_name="churn")
    """
    return log_flavor(FLAVOR, cb_model, partial(_write, format, pool), artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the model that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.catboost.load_model("models:/churn@champion").predict(X)
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


def _write(save_format: str, pool: Any, model: Any, folder: Path) -> Saved:
    if save_format not in _FORMATS:
        raise InvalidParameterValue(
            f"Invalid format '{save_format}'. Use one of {', '.join(_FORMATS)}, which CatBoost can read again."
        )
    model.save_model(str(folder / _FILE), format=save_format, pool=pool)
    name = next((kind.__name__ for kind in type(model).__mro__ if kind.__name__ in _CLASSES), _CLASSES[0])
    return Saved({"data": _FILE, "model_type": name, "save_format": save_format}, {"data": _FILE})


def _load(folder: ModelFolder) -> Any:
    import catboost

    section = folder.section(FLAVOR.name)
    name = section.get("model_type") or _CLASSES[0]
    if name not in _CLASSES:
        raise InvalidParameterValue(f"CatBoost has no models of the type '{name}', which the file MLmodel names.")
    model = getattr(catboost, str(name))()
    path = folder.file(folder.data_name(FLAVOR.name, _FILE))
    return model.load_model(str(path), format=str(section.get("save_format") or _FORMATS[0]))


FLAVOR = Flavor(
    name="catboost",
    package="catboost",
    version_key="catboost_version",
    distributions=("catboost",),
    load=_load,
    predictor=RowWisePredictor,
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
