"""The folder that the image of a project is built from: its code, and how its environment is made."""

import platform
import re
import stat
from pathlib import Path

from headwater.environments import Description
from headwater.environments.image_names import check_image
from headwater.environments.images import LOCK_FILE, find_uv_version, install_lines, lock_requirements, run_line
from headwater.environments.own_package import own_requirements, write_own_wheel
from headwater.projects.backends.backend import Job
from headwater.projects.backends.copying import copy_code
from headwater.projects.backends.reach import check_packages

CODE = "/mlflow/projects/code"
"""Where images of projects have the code, for MLflow's and ours."""

SHELL = ("sh", "-c", 'exec "$(command -v bash || echo sh)" -c "$0"')
"""Runs the word that follows as a text for bash, or for sh in images that lack bash."""

DOCKERFILE = ".headwater-image/Dockerfile"
_FOLDER = ".headwater-image"
_PREFIX = "/opt/environment"
_NOT_NAME = re.compile(r"[^a-z0-9]+")
_COMMIT_DIGITS = 7


def name_image(job: Job) -> str:
    """Return the name and tag for the image of a project: its name and its commit, or its run without one."""
    name = _NOT_NAME.sub("-", job.project.name.lower()).strip("-") or "headwater-project"
    return f"{name}:{(job.commit or job.writer.run_id)[:_COMMIT_DIGITS]}"


def write_context(job: Job, target: Path, base: str = "") -> None:
    """Write the folder for an image of a project.

    It starts from the image that the project names, else from `base` or Python's slim one, into which the project's
    environment is installed, locked by hashes. Without a description of its own that is Headwater alone.

    Raises `InvalidParameterValue` if the name is none or the requirements have no solution.
    """
    copy_code(job.folder, target)
    _open_modes(target)
    (target / _FOLDER).mkdir()
    with (target / ".dockerignore").open("a", encoding="utf-8") as ignored:
        ignored.write(f"\n!{_FOLDER}\n")
    lines = _environment_lines(job, target / _FOLDER, base)
    lines += [f"COPY . {CODE}/", run_line("chmod", "a+rwx", CODE), f"WORKDIR {CODE}"]
    (target / DOCKERFILE).write_text("\n".join(["# Written by `headwater run`.", *lines, ""]), encoding="utf-8")


def _environment_lines(job: Job, folder: Path, base: str) -> list[str]:
    if job.project.docker_env is not None:
        return [f"FROM {check_image(job.project.docker_env.image)}"]
    described = check_packages(job.environment or Description(requirements=("headwater",)))
    python = described.python or ".".join(platform.python_version_tuple()[:2])
    requirements = (*described.others(), *(own_requirements() if described.needs_headwater else ()))
    locked = lock_requirements(Description(python, requirements, described.constraints), "project")
    (folder / LOCK_FILE).write_text(locked, encoding="utf-8")
    wheel = write_own_wheel(folder).name if described.needs_headwater else ""
    return [
        f"FROM {check_image(base or f'python:{python}-slim')}",
        *install_lines(_PREFIX, find_uv_version(), wheel, f"{_FOLDER}/"),
        f"ENV PATH={_PREFIX}/bin:$PATH PYTHONUNBUFFERED=1",
    ]


def _open_modes(folder: Path) -> None:
    """Let any user of the image read and write the copies, since it runs as the user who starts it."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            runs = path.is_dir() or mode & stat.S_IXUSR
            path.chmod(stat.S_IMODE(mode) | 0o666 | (0o111 if runs else 0))
