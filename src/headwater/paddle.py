"""PaddlePaddle: `import headwater.paddle` is the same as using `headwater.paddle` after `import headwater`."""

from headwater.flavors.paddle import (
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
