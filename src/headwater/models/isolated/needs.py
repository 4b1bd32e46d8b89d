"""What the environment of a model has to have: the model's requirements, and those of Headwater, to load it there.

Headwater itself is not installed there: it runs from where it is, see `bootstrap`, so that an environment that is kept
never holds an older one.
"""

import logging
import platform
import re
from collections.abc import Iterable
from pathlib import Path

from headwater.environments import Description
from headwater.environments.own_package import own_requirements
from headwater.models.environment import (
    CONSTRAINTS_FILE,
    LOADERS,
    PYTHON_ENV_FILE,
    load_requirements,
    read_requirements,
    requirement_name,
)
from headwater.models.flavor import ModelFolder
from headwater.models.model_file import PYFUNC

_log = logging.getLogger(__name__)
_OLDEST = (3, 11)

TABLES = ("pandas", "pyarrow")
"""What a model is given its columns with, and what reads those of a request in Arrow or Parquet."""


def find_needs(
    folder: ModelFolder,
    override: Iterable[str] | None = None,
    *,
    install_mlflow: bool = False,
    tables: Iterable[str] = TABLES,
) -> Description:
    """Return what the environment of a model has to have.

    Args:
        folder: the model.
        override: requirements that replace the model's own of the same packages, and add others.
        install_mlflow: install MLflow, too, if the model names it; Headwater does not need it to load the model.
        tables: packages to add if the signature has named columns, which models are given as frames whether or not
            their own requirements say so.
    """
    replaced = list(override or ())
    dropped = {requirement_name(line) for line in replaced} | (frozenset() if install_mlflow else LOADERS)
    kept = [line for line in load_requirements(folder.path) if requirement_name(line) not in dropped]
    lines = [*(_resolve(line, folder.path) for line in kept), *replaced]
    named = {requirement_name(line) for line in lines}
    wanted = [*own_requirements(), *(tables if _has_columns(folder) else ())]
    ours = [line for line in wanted if requirement_name(line) not in named]
    constraints = folder.path / CONSTRAINTS_FILE
    bounds = read_requirements([f"-c {constraints}"])[1] if constraints.is_file() else []
    return Description(_python_for(folder), (*lines, *ours), tuple(bounds))


def _has_columns(folder: ModelFolder) -> bool:
    signature = folder.model.signature
    inputs = signature.inputs if signature else None
    return inputs is not None and inputs.has_input_names() and not inputs.is_tensor_spec()


def _resolve(line: str, folder: Path) -> str:
    """Return a requirement that is a file of the model, such as a wheel, by its whole path; any other as it is."""
    path = (folder / line.strip()).resolve()
    return str(path) if path.is_file() and path.is_relative_to(folder.resolve()) else line


def _python_for(folder: ModelFolder) -> str:
    """Return the version of Python of a model as "3.12"; "", the running one, if it says none or one too old for us."""
    running = ".".join(platform.python_version_tuple()[:2])
    said = str(folder.model.flavors.get(PYFUNC, {}).get("python_version") or "")
    file = folder.path / PYTHON_ENV_FILE
    if not said and file.is_file():
        match = re.search(r"^python:\s*['\"]?([\d.]+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        said = match[1] if match else ""
    parts = re.match(r"(\d+)\.(\d+)", said)
    if parts is None or (parts[1], parts[2]) == platform.python_version_tuple()[:2]:
        return ""
    if (int(parts[1]), int(parts[2])) < _OLDEST:
        _log.warning(
            "The model was saved with Python %s, for which there is no Headwater. Using Python %s.", said, running
        )
        return ""
    return f"{parts[1]}.{parts[2]}"
