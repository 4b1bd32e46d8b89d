"""Python environments of their own for models and projects: described, made by uv, kept by their content."""

from headwater.environments.building import (
    Held,
    Kept,
    hold_environment,
    list_environments,
    prepare_environment,
    prune_environments,
    read_installed,
)
from headwater.environments.description import Description
from headwater.environments.files import describe_conda, describe_lock, describe_python_env, describe_requirements

__all__ = [
    "Description",
    "Held",
    "Kept",
    "describe_conda",
    "describe_lock",
    "describe_python_env",
    "describe_requirements",
    "hold_environment",
    "list_environments",
    "prepare_environment",
    "prune_environments",
    "read_installed",
]
