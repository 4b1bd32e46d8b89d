"""Spark ML: `import headwater.spark` is the same as using `headwater.spark` after `import headwater`."""

from headwater.flavors.spark import (
    autolog,
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)

__all__ = [
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]
