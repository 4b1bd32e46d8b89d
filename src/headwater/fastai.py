"""fastai: `import headwater.fastai` is the same as using `headwater.fastai` after `import headwater`."""

from headwater.flavors.fastai import (
    get_default_conda_env,
    get_default_pip_requirements,
    load_model,
    log_model,
    save_model,
)

__all__ = ["get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]
