"""LightGBM: `import headwater.lightgbm` is the same as using `headwater.lightgbm` after `import headwater`."""

from headwater.flavors.lightgbm import (
    autolog,
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)

__all__ = ["autolog", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]
