"""Transformers: the same as using `headwater.transformers` after `import headwater`."""

from headwater.flavors.transformers import (
    autolog,
    generate_signature_output,
    get_default_conda_env,
    get_default_pip_requirements,
    is_gpu_available,
    load_model,
    log_model,
    persist_pretrained_model,
    save_model,
)

__all__ = [
    "autolog",
    "generate_signature_output",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "is_gpu_available",
    "load_model",
    "log_model",
    "persist_pretrained_model",
    "save_model",
]
