"""A Python environment of a model's own, made of its requirements."""

import platform
import re
from pathlib import Path

from headwater.environments import Description, prepare_environment
from headwater.models.environment import REQUIREMENTS_FILE, load_requirements, read_requirements
from headwater.models.flavor import ModelFolder
from headwater.models.model_file import PYFUNC

_MLFLOW = re.compile(r"mlflow(-skinny|-tracing)?(?![\w.-])", re.IGNORECASE)


def describe_environment(folder: ModelFolder) -> Description:
    """Return what a model needs installed besides Headwater; the line `mlflow`, which is for MLflow, is left out."""
    file = folder.path / REQUIREMENTS_FILE
    constraints: list[str] = []
    if file.is_file():
        lines, constraints = read_requirements(file.read_text(encoding="utf-8").splitlines(), folder.path)
    else:
        lines = load_requirements(folder.path)
    python = str(folder.model.flavors.get(PYFUNC, {}).get("python_version") or platform.python_version())
    kept = tuple(line for line in lines if not _MLFLOW.match(line))
    return Description(python, kept, tuple(constraints))


def isolated_python(folder: ModelFolder) -> Path:
    """Return the Python of an environment with what a model needs and with this Headwater, made first if it is new.

    Raises `InvalidParameterValue` if it cannot be made.
    """
    return prepare_environment(describe_environment(folder), with_headwater=True)
