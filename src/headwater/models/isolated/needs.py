"""What the environment of a model has to have: the model's requirements, and those of Headwater, to load it there."""

import hashlib
import json
import logging
import platform
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from headwater.models.environment import (
    CONSTRAINTS_FILE,
    PYTHON_ENV_FILE,
    load_requirements,
    read_requirements,
    requirement_name,
)
from headwater.models.flavor import ModelFolder
from headwater.models.model_file import PYFUNC
from headwater.protocol.errors import NotSupported

_log = logging.getLogger(__name__)
_LOADERS = frozenset({"mlflow", "mlflow-skinny", "headwater"})
_OLDEST = (3, 11)
_IS_OPTIONAL = re.compile(r";.*\bextra\s*==")


@dataclass(frozen=True)
class Needs:
    """What an environment is made of.

    Attributes:
        python: "3.12" and the like.
        requirements: lines for pip.
        constraints: bounds of what they bring.
    """

    python: str
    requirements: list[str]
    constraints: list[str]

    def key(self) -> str:
        """Return what is the same for all models that can share an environment."""
        made_of = [self.python, sys.platform, platform.machine(), self.requirements, self.constraints]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:24]


def find_needs(folder: ModelFolder, override: Iterable[str] | None = None, *, install_mlflow: bool = False) -> Needs:
    """Return what the environment of a model has to have.

    Args:
        folder: the model.
        override: requirements that replace the model's own of the same packages, and add others.
        install_mlflow: install MLflow, too, if the model names it; Headwater does not need it to load the model.
    """
    replaced = list(override or ())
    names = {requirement_name(line) for line in replaced} | (frozenset() if install_mlflow else _LOADERS)
    kept = [
        _resolve(line, folder.path) for line in load_requirements(folder.path) if requirement_name(line) not in names
    ]
    lines = [*kept, *replaced]
    ours = [line for line in _ours() if requirement_name(line) not in {requirement_name(given) for given in lines}]
    constraints = folder.path / CONSTRAINTS_FILE
    bounds = read_requirements([f"-c {constraints}"])[1] if constraints.is_file() else []
    return Needs(_python_for(folder), [*lines, *ours], bounds)


def _resolve(line: str, folder: Path) -> str:
    """Return a requirement that is a file of the model, such as a wheel, by its whole path; any other as it is."""
    path = (folder / line.strip()).resolve()
    return str(path) if path.is_file() and path.is_relative_to(folder.resolve()) else line


def _ours() -> list[str]:
    """Return what the running Headwater needs, without its extras."""
    try:
        lines = metadata.requires("headwater") or []
    except metadata.PackageNotFoundError:
        raise NotSupported(
            "Headwater runs from a folder on PYTHONPATH, so that nobody knows what it needs. Install it, for example by"
            " pip install -e, to load models in environments of their own."
        ) from None
    return [line for line in lines if not _IS_OPTIONAL.search(line)]


def _python_for(folder: ModelFolder) -> str:
    """Return the version of Python of a model as "3.12"; the running one if it does not say, or is too old for us."""
    running = ".".join(platform.python_version_tuple()[:2])
    said = str(folder.model.flavors.get(PYFUNC, {}).get("python_version") or "")
    file = folder.path / PYTHON_ENV_FILE
    if not said and file.is_file():
        match = re.search(r"^python:\s*['\"]?([\d.]+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        said = match[1] if match else ""
    parts = re.match(r"(\d+)\.(\d+)", said)
    if parts is None:
        return running
    if (int(parts[1]), int(parts[2])) < _OLDEST:
        _log.warning(
            "The model was saved with Python %s, for which there is no Headwater. Using Python %s.", said, running
        )
        return running
    return f"{parts[1]}.{parts[2]}"
