"""Which environment a project runs in."""

import logging
import os
import platform
import sys
from pathlib import Path

from headwater.capture.code import read_requirements
from headwater.config import environment
from headwater.environments import (
    Description,
    describe_conda,
    describe_lock,
    describe_python_env,
    describe_requirements,
    prepare_environment,
    read_installed,
)
from headwater.environments.conda import find_conda
from headwater.environments.files import describe_conda_itself, describe_pyproject, describe_script, needs_conda
from headwater.projects.project_file import PYPROJECT, EntryPoint, Project
from headwater.protocol.errors import InvalidParameterValue

LOCAL, UV, CONDA, DOCKER = "local", "uv", "conda", "docker"
_NAMES = {"": UV, "uv": UV, "virtualenv": UV, "local": LOCAL, "conda": CONDA}
_log = logging.getLogger(__name__)


def choose_manager(env_manager: str) -> str:
    """Return what makes the environment: "uv", "conda", or "local" for the one of this process.

    Raises `InvalidParameterValue` for another word; "virtualenv" is another name of "uv".
    """
    if env_manager not in _NAMES:
        raise InvalidParameterValue(f"Invalid env_manager '{env_manager}'. Use 'uv', 'conda' or 'local'.")
    return _NAMES[env_manager]


def describe_environment(project: Project, point: EntryPoint, manager: str = UV) -> Description | None:
    """Return what a project says about its environment, None if it says nothing.

    A `conda.yaml` is made by conda if the manager is "conda", or if it asks for programs or R and conda is there;
    otherwise it is translated to packages of PyPI.

    The first of these counts: what MLproject names, python_env.yaml, conda.yaml, uv.lock, requirements.txt, the head
    of the script that is the entry point, and the dependencies in pyproject.toml.
    """
    if project.python_env is not None:
        return describe_python_env(project.python_env)
    if project.conda_env is not None:
        if manager == CONDA or (needs_conda(project.conda_env) and find_conda()):
            return describe_conda_itself(project.conda_env)
        found = describe_conda(project.conda_env)
        for note in found.notes:
            _log.warning("Translating %s: %s.", project.conda_env.name, note)
        return found
    if (project.folder / "uv.lock").is_file():
        return describe_lock(project.folder)
    if (project.folder / "requirements.txt").is_file():
        return describe_requirements(project.folder / "requirements.txt")
    script, pyproject = project.folder / point.name, project.folder / PYPROJECT
    of_script = describe_script(script) if script.suffix == ".py" and script.is_file() else None
    return describe_pyproject(pyproject) if of_script is None and pyproject.is_file() else of_script


def prepare(description: Description | None) -> tuple[tuple[Path, ...], Description]:
    """Return the folders with the programs of an environment, made if it is new, and what is installed in it.

    Without a description it is the environment of this process, whether it was activated or not.
    """
    if description is None:
        return (Path(sys.executable).parent,), describe_present()
    python = prepare_environment(description)
    return (python.parent,), read_installed(python)


def find_modules(folder: Path) -> dict[str, str]:
    """Return the variable by which Python finds the packages of a project that keeps them in `src`."""
    modules = folder / "src"
    if not modules.is_dir() or not (folder / PYPROJECT).is_file():
        return {}
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(modules), environment().get("PYTHONPATH")]))}


def describe_present() -> Description:
    """Return what is installed in the environment of this process."""
    installed = [line for line in read_requirements().splitlines() if not line.startswith("#")]
    return Description(platform.python_version(), tuple(installed))
