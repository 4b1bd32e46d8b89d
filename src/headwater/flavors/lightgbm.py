"""The flavor for LightGBM: boosters as LightGBM's text, estimators by skops."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.models.flavor import Flavor, ModelFolder, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.objects import find_unsafe_object, read_object, write_object
from headwater.models.predictors import RowWisePredictor
from headwater.models.save import SaveOptions, save_flavor

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_BOOSTER = "lightgbm.basic.Booster"
_BOOSTER_FILE = "model.lgb"
_ESTIMATORS = ("LGBMClassifier", "LGBMModel", "LGBMRanker", "LGBMRegressor")
_HARMLESS = (_BOOSTER, *(f"lightgbm.sklearn.{name}" for name in _ESTIMATORS))
"""They are made from LightGBM's text, as a booster's file is."""


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
    save_flavor(FLAVOR, lgb_model, path, partial(_write, serialization_format, skops_trusted_types), options)


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
    write = partial(_write, serialization_format, skops_trusted_types)
    return log_flavor(FLAVOR, lgb_model, write, artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the booster or estimator that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.lightgbm.load_model("models:/churn@champion").predict(X)
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


def _write(serialization_format: str | None, trusted: Sequence[str] | None, model: Any, folder: Path) -> Saved:
    class_name = f"{type(model).__module__}.{type(model).__qualname__}"
    if class_name == _BOOSTER:
        model.save_model(folder / _BOOSTER_FILE)
        return Saved({"data": _BOOSTER_FILE, "model_class": class_name}, {"data": _BOOSTER_FILE})
    name, described = write_object(model, folder / "model", serialization_format, trusted)
    return Saved({"data": name, "model_class": class_name, **described}, {"data": name}, ("scikit-learn",))


def _is_booster(section: dict[str, Any]) -> bool:
    return str(section.get("model_class") or _BOOSTER) == _BOOSTER


def _load(folder: ModelFolder) -> Any:
    section = folder.section(FLAVOR.name)
    name = folder.data_name(FLAVOR.name, _BOOSTER_FILE)
    if not _is_booster(section):
        return read_object(folder, name, section)
    import lightgbm

    return lightgbm.Booster(model_file=folder.file(name))


def _find_unsafe(folder: ModelFolder) -> list[str]:
    section = folder.section(FLAVOR.name)
    name = folder.data_name(FLAVOR.name, _BOOSTER_FILE)
    return [] if _is_booster(section) else find_unsafe_object(name, section, _HARMLESS)


FLAVOR = Flavor(
    name="lightgbm",
    package="lightgbm",
    version_key="lgb_version",
    distributions=("lightgbm",),
    load=_load,
    predictor=RowWisePredictor,
    find_unsafe=_find_unsafe,
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
