"""H2O: `import headwater.h2o` is the same as using `headwater.h2o` after `import headwater`."""

from headwater.flavors.h2o import (
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)

__all__ = [
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]
