"""Diffusers: `import headwater.diffusers` is the same as using `headwater.diffusers` after `import headwater`."""

from headwater.flavors.diffusers import (
    DiffusersAdapter,
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)

__all__ = [
    "DiffusersAdapter",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]
