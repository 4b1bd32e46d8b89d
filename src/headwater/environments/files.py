"""Descriptions of environments from the files that people keep them in."""

import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from headwater.environments.description import Description
from headwater.environments.uv import uv_command
from headwater.protocol.errors import InvalidParameterValue

_SCRIPT = re.compile(r"(?m)^# /// script\s*$\n((?:^#(?: .*)?$\n)+)^# ///\s*$")
_CONDA_SPEC = re.compile(r"(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)\s*(?:(==|=|>=|<=|>|<|!=)\s*([^\s=]+)(?:=\S+)?(.*))?")
_NAMES_ON_PYPI = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "tensorflow-gpu": "tensorflow",
    "py-xgboost": "xgboost",
    "opencv": "opencv-python",
    "msgpack-python": "msgpack",
    "pyqt": "PyQt5",
    "matplotlib-base": "matplotlib",
    "pytables": "tables",
    "python-dateutil": "python-dateutil",
    "ruamel_yaml": "ruamel.yaml",
}
_NOT_PYTHON = frozenset(
    """
    pip setuptools wheel mkl blas openblas libblas cudatoolkit cudnn nccl intel-openmp libgcc-ng libstdcxx-ng
    ca-certificates openssl zlib sqlite readline ncurses tk xz libffi openjdk git cmake make compilers gcc gxx
    cython-blis _libgcc_mutex
    """.split()  # noqa: SIM905 - a list of words
)

_PROGRAMS = frozenset({"openjdk", "git", "cmake", "make", "compilers", "gcc", "gxx", "cudatoolkit", "cudnn", "nccl"})
"""Those of them that something would miss."""


def describe_requirements(path: Path, python: str = "") -> Description:
    """Return what a requirements file describes; files that it includes are read, too."""
    requirements, constraints = read_lines(_lines_of(path), path.parent)
    return Description(python, tuple(requirements), tuple(constraints))


def describe_python_env(path: Path) -> Description:
    """Return what a `python_env.yaml` describes, with the requirements files that it names."""
    values = _read_yaml(path)
    lines = [str(line) for key in ("build_dependencies", "dependencies") for line in values.get(key) or ()]
    requirements, constraints = read_lines(lines, path.parent)
    tools = {"pip", "setuptools", "wheel"}
    kept = [
        line
        for line in requirements
        if re.split(r"[\s=<>!~;\[]", line, maxsplit=1)[0].lower() not in tools - {"setuptools"}
    ]
    return Description(str(values.get("python") or ""), tuple(kept), tuple(constraints))


def describe_conda(path: Path) -> Description:
    """Return what a `conda.yaml` describes, its packages translated to those of PyPI; `notes` say what was changed."""
    values = _read_yaml(path)
    python, requirements, constraints, notes = "", [], [], []
    for item in values.get("dependencies") or ():
        if isinstance(item, Mapping):
            found, bounds = read_lines([str(line) for line in item.get("pip") or ()], path.parent)
            requirements += found
            constraints += bounds
            continue
        name, wanted = _translate(str(item), path)
        if name == "python":
            python = re.sub(r"[^\d.].*$", "", wanted.lstrip("=<>~ ")).rstrip(".")
        elif name in _NOT_PYTHON or name.startswith(("lib", "_", "r-")):
            if name not in {"pip", "setuptools", "wheel"}:
                notes.append(f"left out '{item}', which is not a Python package")
        else:
            line = f"{_NAMES_ON_PYPI.get(name, name)}{wanted}"
            requirements.append(line)
            if line != str(item):
                notes.append(f"'{item}' became '{line}'")
    return Description(python, tuple(requirements), tuple(constraints), notes=tuple(notes))


def needs_conda(path: Path) -> bool:
    """Return whether a `conda.yaml` asks for programs or R, which no package of PyPI replaces."""
    items = (item for item in _read_yaml(path).get("dependencies") or () if not isinstance(item, Mapping))
    names = {_translate(str(item), path)[0] for item in items}
    return any(name in _PROGRAMS or name.startswith("r-") for name in names)


def describe_conda_itself(path: Path) -> Description:
    """Return a `conda.yaml` as it is, to be made by conda."""
    _read_yaml(path)
    return Description(conda=path.read_text(encoding="utf-8"))


def describe_lock(
    folder: Path, *, groups: Iterable[str] = (), extras: Iterable[str] = (), hashed: bool = True
) -> Description:
    """Return what the `uv.lock` of a folder describes, exactly, without the project itself.

    Args:
        folder: of the project.
        groups: dependency groups to add.
        extras: optional dependencies to add.
        hashed: let each line name the digests of what may be installed.
    """
    command = [*uv_command(), "export", "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--no-annotate"]
    command += [*(f"--group={name}" for name in groups), *(f"--extra={name}" for name in extras)]
    command += [] if hashed else ["--no-hashes"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InvalidParameterValue(f"The lock in '{folder}' cannot be read: {' '.join(done.stderr.split())}.")
    project = _parse_toml((folder / "pyproject.toml").read_text(encoding="utf-8"), f"of '{folder}'").get("project", {})
    lines = re.sub(r"\s*\\\n\s*", " ", done.stdout).splitlines()
    return Description(
        _oldest(str(project.get("requires-python") or "")), tuple(line for line in lines if line.strip())
    )


def describe_pyproject(path: Path) -> Description | None:
    """Return what the table `[project]` of a `pyproject.toml` depends on, None if that is nothing."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidParameterValue(f"The environment '{path}' cannot be read: {error}.") from error
    project = _parse_toml(text, f"'{path}'").get("project")
    if not isinstance(project, Mapping) or not project.get("dependencies"):
        return None
    return Description(_oldest(str(project.get("requires-python") or "")), tuple(map(str, project["dependencies"])))


def describe_script(path: Path) -> Description | None:
    """Return what the metadata block at the head of a script (PEP 723) describes, None without one."""
    match = _SCRIPT.search(path.read_text(encoding="utf-8", errors="replace"))
    if match is None:
        return None
    text = "".join(line[2:] if line.startswith("# ") else line[1:] for line in match[1].splitlines(keepends=True))
    values = _parse_toml(text, f"of the script '{path}'")
    return Description(
        _oldest(str(values.get("requires-python") or "")), tuple(map(str, values.get("dependencies") or ()))
    )


def _parse_toml(text: str, whose: str) -> dict[str, Any]:
    import tomllib  # of the files of environments the rarer kind

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidParameterValue(f"The environment {whose} is not TOML: {error}.") from error


def read_lines(lines: Iterable[str], folder: Path) -> tuple[list[str], list[str]]:
    """Return requirements and constraints of lines of a requirements file in `folder`; `-r` and `-c` are followed."""
    requirements: list[str] = []
    constraints: list[str] = []
    for line in lines:
        text = re.sub(r"(^|\s)#.*$", "", line).strip()
        option = re.match(r"(-r|--requirement|-c|--constraint)[\s=]+(.+)", text)
        if not option:
            requirements += [text] if text else []
            continue
        inner, bounds = read_lines(_lines_of(folder / option[2].strip()), (folder / option[2].strip()).parent)
        constraints += bounds
        (requirements if option[1] in {"-r", "--requirement"} else constraints).extend(inner)
    return requirements, constraints


def _translate(item: str, path: Path) -> tuple[str, str]:
    """Return name and version of a package as conda names it, the version in pip's words."""
    match = _CONDA_SPEC.fullmatch(item.strip())
    if match is None:
        raise InvalidParameterValue(f"The conda package '{item}' of '{path}' cannot be understood. Correct it.")
    name, operator, version = match[1].lower(), match[2] or "", match[3] or ""
    if operator == "=":  # which leaves the rest of the version open
        return name, f"=={version}" if version.count(".") > 1 or version.endswith("*") else f"=={version}.*"
    return name, f"{operator}{version}{match[4] or ''}".strip()


def _oldest(requires: str) -> str:
    """Return the version that this process has if it is allowed, else the oldest that is."""
    import platform

    match = re.search(r">=\s*(\d+)\.(\d+)", requires)
    if match is None:
        return ""
    here = tuple(int(part) for part in platform.python_version_tuple()[:2])
    return "" if here >= (int(match[1]), int(match[2])) and "<" not in requires else f"{match[1]}.{match[2]}"


def _lines_of(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidParameterValue(f"No such requirements file: '{path}'. Give an existing one.") from error


def _read_yaml(path: Path) -> Mapping[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidParameterValue(f"The environment '{path}' cannot be read: {error}.") from error
    if not isinstance(values, Mapping):
        raise InvalidParameterValue(f"The environment '{path}' is not a mapping of names to values.")
    return values
