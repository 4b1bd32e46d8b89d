"""PyTorch: `import headwater.pytorch` is the same as using `headwater.pytorch` after `import headwater`."""

from headwater.flavors.pytorch import (
    autolog,
    get_default_conda_env,
    get_default_pip_requirements,
    load_checkpoint,
    load_model,
    load_state_dict,
    log_model,
    log_state_dict,
    save_model,
    save_state_dict,
)

__all__ = [
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_checkpoint",
    "load_model",
    "load_state_dict",
    "log_model",
    "log_state_dict",
    "save_model",
    "save_state_dict",
]
