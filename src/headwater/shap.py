"""SHAP: `import headwater.shap` is the same as using `headwater.shap` after `import headwater`."""

from headwater.flavors.shap import (
    get_default_conda_env,
    get_default_pip_requirements,
    get_underlying_model_flavor,
    load_explainer,
    load_model,
    log_explainer,
    log_explanation,
    log_model,
    save_explainer,
    save_model,
)

__all__ = [
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_underlying_model_flavor",
    "load_explainer",
    "load_model",
    "log_explainer",
    "log_explanation",
    "log_model",
    "save_explainer",
    "save_model",
]
