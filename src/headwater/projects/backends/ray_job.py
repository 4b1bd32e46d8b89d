"""What Ray gets of a job: the code, what to install, and a command that holds nothing of the user's.

Ray expands `$NAME` in the variables of a runtime environment, so values travel in a file beside the code instead.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headwater.environments.own_package import write_own_wheel
from headwater.projects.backends.backend import Job
from headwater.projects.backends.copying import copy_code
from headwater.projects.backends.reach import check_packages

ENTRY_COMMAND = "python .headwater-job/launch.py"
_FOLDER = ".headwater-job"
_UPLOADED = "${RAY_RUNTIME_ENV_CREATE_WORKING_DIR}/" + _FOLDER
_INSTALLERS = {"pip", "uv", "conda", "image_uri", "container", "py_executable"}
_LAUNCHER = """\
import json
import sys
from os import defpath, environ, execvp, path, pathsep

with open(path.join(path.dirname(path.abspath(__file__)), "job.json"), encoding="utf-8") as opened:
    job = json.load(opened)
environ.update(job["variables"])
for name in job["paths"]:
    environ[name] = path.abspath(environ[name])
environ["PATH"] = path.dirname(sys.executable) + pathsep + environ.get("PATH", defpath)
execvp("bash", ["bash", "-c", job["command"]])
"""


def write_working_dir(job: Job, target: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """Write the folder that is uploaded, and return the runtime environment that belongs to it."""
    copy_code(job.folder, target)
    for path in target.rglob(".gitignore"):  # by which Ray would leave out files that the project may need
        path.unlink()
    folder = target / _FOLDER
    folder.mkdir()
    (folder / "launch.py").write_text(_LAUNCHER, encoding="utf-8")
    content = {"command": job.command.text, "variables": dict(variables), "paths": sorted(job.command.paths)}
    (folder / "job.json").write_text(json.dumps(content), encoding="utf-8")
    return {"working_dir": str(target), **_packages(job, folder)}


def join_runtime_env(ours: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the runtime environment with what the user gives, which wins."""
    kept = {key: value for key, value in ours.items() if key not in _INSTALLERS or not _INSTALLERS & given.keys()}
    return {**kept, **given, "working_dir": ours["working_dir"]}


def _packages(job: Job, folder: Path) -> dict[str, Any]:
    described = job.environment
    if described is None:
        return {}
    requirements = check_packages(described).others()
    if described.needs_headwater:
        requirements.append(f"{_UPLOADED}/{write_own_wheel(folder).name}")
    installed: dict[str, Any] = {"packages": requirements}
    if described.constraints:
        (folder / "constraints.txt").write_text("\n".join(described.constraints) + "\n", encoding="utf-8")
        installed["uv_pip_install_options"] = [f"--constraint={_UPLOADED}/constraints.txt"]
    return {"uv": installed} if requirements else {}
