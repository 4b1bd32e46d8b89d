"""The files of LightGBM's models."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headwater.models.flavor import ModelFolder, Saved
from headwater.models.objects import find_unsafe_object, read_object, write_object

_BOOSTER = "lightgbm.basic.Booster"
_BOOSTER_FILE = "model.lgb"
_ESTIMATORS = ("LGBMClassifier", "LGBMModel", "LGBMRanker", "LGBMRegressor")
_HARMLESS = (_BOOSTER, *(f"lightgbm.sklearn.{name}" for name in _ESTIMATORS))
"""They are made from LightGBM's text, as a booster's file is."""


def write_model(serialization_format: str | None, trusted: Sequence[str] | None, model: Any, folder: Path) -> Saved:
    """Write a booster's or estimator's file into a model's folder."""
    class_name = f"{type(model).__module__}.{type(model).__qualname__}"
    if class_name == _BOOSTER:
        model.save_model(folder / _BOOSTER_FILE)
        return Saved({"data": _BOOSTER_FILE, "model_class": class_name}, {"data": _BOOSTER_FILE})
    name, described = write_object(model, folder / "model", serialization_format, trusted)
    return Saved({"data": name, "model_class": class_name, **described}, {"data": name}, ("scikit-learn",))


def _is_booster(section: dict[str, Any]) -> bool:
    return str(section.get("model_class") or _BOOSTER) == _BOOSTER


def load_files(folder: ModelFolder) -> Any:
    """Return the booster or estimator of a model's folder."""
    section = folder.section("lightgbm")
    name = folder.data_name("lightgbm", _BOOSTER_FILE)
    if not _is_booster(section):
        return read_object(folder, name, section)
    import lightgbm

    return lightgbm.Booster(model_file=folder.file(name))


def find_unsafe(folder: ModelFolder) -> list[str]:
    """Return what runs code when the model is loaded: estimators in other files than LightGBM's or skops'."""
    section = folder.section("lightgbm")
    name = folder.data_name("lightgbm", _BOOSTER_FILE)
    return [] if _is_booster(section) else find_unsafe_object(name, section, _HARMLESS)
