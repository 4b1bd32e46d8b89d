"""Keras: `import headwater.keras` is the same as using `headwater.keras` after `import headwater`."""

from headwater.flavors.keras import (
    MlflowCallback,
    autolog,
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)

__all__ = [
    "MlflowCallback",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]
