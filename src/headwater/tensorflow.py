"""TensorFlow: `import headwater.tensorflow` is the same as using `headwater.tensorflow` after `import headwater`."""

from headwater.flavors.tensorflow import (
    MlflowCallback,
    autolog,
    get_default_conda_env,
    get_default_pip_requirements,
    get_global_custom_objects,
    load_checkpoint,
    load_model,
    log_model,
    save_model,
)

__all__ = [
    "MlflowCallback",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_global_custom_objects",
    "load_checkpoint",
    "load_model",
    "log_model",
    "save_model",
]
