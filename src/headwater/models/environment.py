"""The files that say what a model needs installed: requirements.txt, constraints.txt, conda.yaml, python_env.yaml."""

import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from headwater.environments.files import read_lines
from headwater.protocol.errors import InvalidParameterValue

REQUIREMENTS_FILE = "requirements.txt"
CONSTRAINTS_FILE = "constraints.txt"
CONDA_FILE = "conda.yaml"
PYTHON_ENV_FILE = "python_env.yaml"
_BUILD_TOOLS = ("pip", "setuptools", "wheel")
_MLFLOW = "mlflow"
"""The line by which MLflow, and what is built on it, can load the model in an environment made of its requirements."""

LOADERS = frozenset({_MLFLOW, "mlflow-skinny", "headwater"})
"""What loads a model, as requirements name it."""

_OTHER_LINE = re.compile(r"-|[^\s\[;@=<>!~]*[/\\$]|\.|.*\.(whl|zip|tar\.\w+)$")
"""How options, paths and addresses begin, or what files of packages end with."""

_VERSION = r"(?:===?|~=|!=|[<>]=?)\s*[\w.*+!-]+"
_PACKAGE_LINE = re.compile(
    r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?\s*(?:\[[\w\s.,-]*\])?\s*"  # a name with extras
    rf"(?:@\s*\S+|\(?\s*{_VERSION}(?:\s*,\s*{_VERSION})*\s*,?\s*\)?)?"  # an address, or versions
    r"(?:\s*;.+)?(?:\s+--.+)?(?:\s*\\)?"  # a marker, options, and more on the next line
)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What a model needs: pip requirements, constraints, and conda's own description where the user gave one."""

    requirements: list[str]
    constraints: list[str] = field(default_factory=list)
    conda: dict[str, Any] | None = None

    def write(self, folder: Path) -> None:
        """Write the environment files into a model's folder."""
        (folder / REQUIREMENTS_FILE).write_text("\n".join(self._lines()), encoding="utf-8")
        if self.constraints:
            (folder / CONSTRAINTS_FILE).write_text("\n".join(self.constraints), encoding="utf-8")
        _write_yaml(folder / CONDA_FILE, self.describe_conda())
        _write_yaml(folder / PYTHON_ENV_FILE, _describe_python(self.conda))

    def describe_conda(self) -> dict[str, Any]:
        """Return what conda.yaml says: what the user gave, else a description of the requirements."""
        return self.conda or {
            "channels": ["conda-forge"],
            "dependencies": [f"python={platform.python_version()}", "pip", {"pip": self._lines()}],
            "name": "mlflow-env",
        }

    def _lines(self) -> list[str]:
        return [*self.requirements, *([f"-c {CONSTRAINTS_FILE}"] if self.constraints else [])]


def choose_environment(
    inferred: "Iterable[str] | None",
    *,
    conda_env: "Mapping[str, Any] | str | Path | None" = None,
    pip_requirements: "Iterable[str] | str | None" = None,
    extra_pip_requirements: "Iterable[str] | str | None" = None,
) -> Environment:
    """Return what a model needs: what the user says, else what was inferred, with the user's additions.

    Args:
        inferred: requirements found in the model; needed unless the user gave all.
        conda_env: a dict or a YAML file; kept as it is.
        pip_requirements: instead of the inferred ones: a list, or the path of a requirements file.
        extra_pip_requirements: besides the inferred ones.

    Raises `InvalidParameterValue` if two of the three are given, or a line that pip could not read.
    """
    given = {
        "conda_env": conda_env,
        "pip_requirements": pip_requirements,
        "extra_pip_requirements": extra_pip_requirements,
    }
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise InvalidParameterValue(f"Only one of {' and '.join(f'`{name}`' for name in named)} can be specified.")
    if conda_env is not None:
        conda = dict(conda_env) if isinstance(conda_env, Mapping) else _read_conda(Path(conda_env))
        return Environment(requirements=_pip_lines(conda), conda=conda)
    if pip_requirements is not None:
        lines, constraints = read_requirements(pip_requirements)
        check_requirements(lines)
        return Environment(requirements=_with_mlflow(lines), constraints=constraints)
    extra, constraints = read_requirements(extra_pip_requirements or ())
    check_requirements(extra)
    names = {requirement_name(line) for line in extra}
    base = [line for line in inferred or () if requirement_name(line) not in names]
    return Environment(requirements=_with_mlflow([*base, *extra]), constraints=constraints)


def check_requirements(lines: Iterable[str]) -> None:
    """Raise `InvalidParameterValue` for the first line that pip could not read: no option, path, address or package."""
    for line in lines:
        if not (_OTHER_LINE.match(line) or _PACKAGE_LINE.fullmatch(line)):
            raise InvalidParameterValue(
                f"'{line}' is not a requirement that pip can read. Write a name and a version, such as 'pandas==2.3.3'."
            )


def needs_inference(options: Mapping[str, Any]) -> bool:
    """Return whether the user left it to us to find what a model needs."""
    return options.get("conda_env") is None and options.get("pip_requirements") is None


def read_requirements(given: "Iterable[str] | str", folder: Path | None = None) -> tuple[list[str], list[str]]:
    """Return requirement lines and constraint lines of a list or a file; `-r` and `-c` lines are followed.

    Relative paths are relative to the file that names them, or to `folder`.
    """
    return read_lines([f"-r {given}"] if isinstance(given, (str, Path)) else given, folder or Path())


def load_requirements(folder: Path) -> list[str]:
    """Return the pip requirements that a saved model names; none for a model without environment files."""
    if (folder / REQUIREMENTS_FILE).is_file():
        return read_requirements((folder / REQUIREMENTS_FILE).read_text(encoding="utf-8").splitlines(), folder)[0]
    conda = folder / CONDA_FILE
    return _pip_lines(_read_conda(conda)) if conda.is_file() else []


def _with_mlflow(lines: list[str]) -> list[str]:
    return lines if any(requirement_name(line) == _MLFLOW for line in lines) else [_MLFLOW, *lines]


def requirement_name(line: str) -> str:
    """Return the name of what a requirement is of, as indexes spell it; the line itself if it has none."""
    match = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", _name_in_wheel(line) or line)
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else line


def _name_in_wheel(line: str) -> str:
    """Return the name of the package in a wheel, "" for a line that is not the path of one."""
    return line.rpartition("/")[2].partition("-")[0] if line.endswith(".whl") else ""


def _describe_python(conda: Mapping[str, Any] | None) -> dict[str, Any]:
    tools = [_installed(name) for name in _BUILD_TOOLS]
    version = _python_of(conda) if conda else ""
    return {
        "python": version or platform.python_version(),
        "build_dependencies": tools,
        "dependencies": [f"-r {REQUIREMENTS_FILE}"],
    }


def _installed(name: str) -> str:
    try:
        return f"{name}=={metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return name


def _python_of(conda: Mapping[str, Any]) -> str:
    for item in conda.get("dependencies") or ():
        match = re.fullmatch(r"python\s*[=<>]=?\s*([\d.]+)(?:=.*)?", str(item).strip())
        if match:
            return match[1]
    return ""


def _pip_lines(conda: Mapping[str, Any]) -> list[str]:
    nested = [item["pip"] for item in conda.get("dependencies") or () if isinstance(item, Mapping) and "pip" in item]
    return [str(line) for lines in nested for line in lines or ()]


def _read_conda(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InvalidParameterValue(f"The conda environment '{path}' cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise InvalidParameterValue(f"The conda environment '{path}' is not a mapping. Give `dependencies` and so on.")
    return found


def _write_yaml(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(value), sort_keys=False, default_flow_style=False), encoding="utf-8")
