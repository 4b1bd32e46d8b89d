"""Flavors: one small module for each framework, which imports the framework only when it is used."""

FLAVORS = (
    "catboost",
    "lightgbm",
    "onnx",
    "pmdarima",
    "prophet",
    "pyfunc",
    "sklearn",
    "spacy",
    "statsmodels",
    "xgboost",
)
"""The modules, each with a `FLAVOR` and with `save_model`, `log_model` and `load_model`."""

AUTOLOGGING = ("sklearn",)
"""Those that can log by themselves: `<name>_autolog` has `autolog` and `configure_generally`."""

__all__ = ["AUTOLOGGING", "FLAVORS"]
