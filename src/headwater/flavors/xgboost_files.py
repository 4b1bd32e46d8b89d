"""The files of XGBoost's models."""

from importlib import import_module
from pathlib import Path
from typing import Any

from headwater.flavors.xgboost_autolog.options import FORMATS
from headwater.models.flavor import ModelFolder, Saved
from headwater.protocol.errors import InvalidParameterValue

BOOSTER = "xgboost.core.Booster"


def name_class(model: Any) -> str:
    """Return the full name of a model's class."""
    return f"{type(model).__module__}.{type(model).__qualname__}"


def write_model(model_format: str, model: Any, folder: Path) -> Saved:
    """Write a booster's or estimator's file into a model's folder."""
    if model_format not in FORMATS:
        raise InvalidParameterValue(f"Invalid model_format '{model_format}'. Use one of {', '.join(FORMATS)}.")
    name = f"model.{model_format}"
    model.save_model(folder / name)
    class_name = name_class(model)
    section = {"data": name, "model_class": class_name, "model_format": model_format}
    return Saved(section, {"data": name}, () if class_name == BOOSTER else ("scikit-learn",))


def load_files(folder: ModelFolder) -> Any:
    """Return the booster or estimator of a model's folder."""
    section = folder.section("xgboost")
    module, _, name = str(section.get("model_class") or BOOSTER).rpartition(".")
    model = getattr(import_module(module), name)()
    model.load_model(folder.file(folder.data_name("xgboost", "model.xgb")))
    return model


def find_foreign_class(folder: ModelFolder) -> list[str]:
    """Return the class of a model whose module is not XGBoost's: importing it runs code."""
    name = str(folder.section("xgboost").get("model_class") or BOOSTER)
    return [] if name.startswith("xgboost.") else [f"a model of the class '{name}'"]
