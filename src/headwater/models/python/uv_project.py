"""What a model needs, as the lock of its author's uv project says it."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from headwater.environments import describe_lock
from headwater.protocol.errors import InvalidParameterValue

_LOCK = "uv.lock"
_NEEDED = ("pyproject.toml", _LOCK)
_KEPT = (*_NEEDED, ".python-version")


def keep_uv_project(project: Path, folder: Path, groups: Iterable[str], extras: Iterable[str]) -> list[str]:
    """Copy the files that describe a uv project into a model's folder, and return the requirements that it locks.

    Raises `InvalidParameterValue` if it is none, has no lock, or has no such group or extra.
    """
    for name in _NEEDED:
        if not (project / name).is_file():
            raise InvalidParameterValue(
                f"'{project}' has no '{name}'. Give the folder of a uv project, after `uv lock`."
            )
    found = describe_lock(project, groups=groups, extras=extras, hashed=False).requirements
    for name in _KEPT:
        if (project / name).is_file():
            shutil.copyfile(project / name, folder / name)
    return list(found)
