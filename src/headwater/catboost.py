"""CatBoost: `import headwater.catboost` is the same as using `headwater.catboost` after `import headwater`."""

from headwater.flavors.catboost import (
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)

__all__ = ["get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]
