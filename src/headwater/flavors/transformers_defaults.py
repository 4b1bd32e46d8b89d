"""What every model of Transformers needs, and where it can run."""

from typing import Any

from headwater.flavors.pytorch_predictor import find_device
from headwater.models.environment import choose_environment
from headwater.models.requirements import find_distributions, pin


def get_default_pip_requirements(model: Any = None) -> list[str]:  # noqa: ARG001 - all models need the same
    """Return what a model of Transformers needs, pinned: also what runs it and what loads it."""
    return [pin(name) for name in ("transformers", *find_distributions("torch"), *find_distributions("accelerate"))]


def get_default_conda_env(model: Any = None) -> dict[str, Any]:
    """Return the same as a description of a conda environment."""
    return choose_environment(get_default_pip_requirements(model)).describe_conda()


def is_gpu_available() -> bool:
    """Return whether a pipeline can run on a GPU of this machine."""
    return find_device() != "cpu"
