"""Flavors: one small module for each framework, which imports the framework only when it is used."""

FLAVORS = (
    "catboost",
    "diffusers",
    "fastai",
    "h2o",
    "keras",
    "lightgbm",
    "onnx",
    "paddle",
    "pmdarima",
    "prophet",
    "pyfunc",
    "pytorch",
    "sentence_transformers",
    "shap",
    "sklearn",
    "spacy",
    "spark",
    "statsmodels",
    "tensorflow",
    "transformers",
    "xgboost",
)
"""The modules, each with a `FLAVOR` and with `save_model`, `log_model` and `load_model`."""

AUTOLOGGING = (
    "keras",
    "lightgbm",
    "paddle",
    "pytorch",
    "sklearn",
    "spark",
    "spark_sources",
    "statsmodels",
    "transformers",
    "xgboost",
)
"""Those that can log by themselves: `<name>_autolog` has `autolog` and `configure_generally`."""

__all__ = ["AUTOLOGGING", "FLAVORS"]
