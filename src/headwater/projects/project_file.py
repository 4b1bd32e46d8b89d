"""The file `MLproject`, or the tables of `pyproject.toml`: how the code of a folder is run, and what a sweep tries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from headwater.protocol.errors import InvalidParameterValue

FILE_NAME = "mlproject"
PYPROJECT = "pyproject.toml"
DEFAULT_ENTRY_POINT = "main"
_ENVIRONMENT_KEYS = ("python_env", "conda_env", "docker_env")
_MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Parameter:
    """A parameter of an entry point: its type as the file has it, and its default, None if it must be given."""

    name: str
    type: str = "string"
    default: Any = None

    @property
    def is_required(self) -> bool:
        """Return whether a value must be given."""
        return self.default is None


@dataclass(frozen=True)
class EntryPoint:
    """A command with places for parameters, such as `python train.py --alpha {alpha}`."""

    name: str
    command: str
    parameters: dict[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True)
class DockerEnvironment:
    """The image that a project runs in, volumes as `host:container`, and variables: copied (None) or set."""

    image: str
    volumes: list[str] = field(default_factory=list)
    variables: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """What a folder says about how it is run.

    Attributes:
        folder: of the code.
        name: "" if the file gives none.
        entry_points: by name; none for a folder without a file, whose scripts can be run.
        python_env: the file that describes the Python environment, None if it is conda's or there is none.
        conda_env: the file that describes conda's environment.
        docker_env: the image to run in.
        sweep: the table of a search space, as the file has it; None if there is none.
    """

    folder: Path
    name: str = ""
    entry_points: dict[str, EntryPoint] = field(default_factory=dict)
    python_env: Path | None = None
    conda_env: Path | None = None
    docker_env: DockerEnvironment | None = None
    sweep: Any = None


def read_project(folder: Path) -> Project:
    """Return what a folder says about how it is run; raise `InvalidParameterValue` if that cannot be understood."""
    if not folder.is_dir():
        raise InvalidParameterValue(f"No such folder: '{folder}'. Give the folder of a project.")
    files = sorted(path for path in folder.iterdir() if path.name.lower() == FILE_NAME and path.is_file())
    if len(files) > 1:
        raise InvalidParameterValue(f"The folder '{folder}' has {len(files)} files MLproject. Leave one.")
    if files:
        return _parse(_read_yaml(files[0]), folder, str(files[0]))
    if (folder / PYPROJECT).is_file():
        table = _read_toml(folder / PYPROJECT)
        return _parse(table, folder, f"{folder / PYPROJECT} [tool.headwater.project]")
    return _parse({}, folder, str(folder))


def _read_yaml(path: Path) -> Mapping[str, Any]:
    if path.stat().st_size > _MAX_BYTES:
        raise InvalidParameterValue(f"The file '{path}' is larger than {_MAX_BYTES} bytes. It is no MLproject file.")
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameterValue(f"The file '{path}' is not YAML: {error}.") from error
    return _mapping(values or {}, str(path), "the file")


def _read_toml(path: Path) -> Mapping[str, Any]:
    import tomllib  # of the files of projects the rarer kind

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidParameterValue(f"The file '{path}' is not TOML: {error}.") from error
    ours = values.get("tool", {}).get("headwater", {})
    found = _mapping(ours.get("project", {}), str(path), "[tool.headwater.project]")
    return {**found, "sweep": ours["sweep"]} if "sweep" in ours else found


def _parse(values: Mapping[str, Any], folder: Path, where: str) -> Project:
    given = [key for key in _ENVIRONMENT_KEYS if values.get(key)]
    if len(given) > 1:
        raise InvalidParameterValue(
            f"Project cannot contain multiple environment fields: {', '.join(given)} in '{where}'. Leave one."
        )
    if values.get("databricks_spark_job"):
        raise InvalidParameterValue(f"'{where}' is a Spark job for Databricks, which needs a plugin of theirs.")
    points = _mapping(values.get("entry_points") or {}, where, "entry_points")
    python_env, conda_env = (
        _environment_file(values, "python_env", folder),
        _environment_file(values, "conda_env", folder),
    )
    if not given:
        python_env = _existing(folder / "python_env.yaml")
        conda_env = None if python_env else _existing(folder / "conda.yaml")
    docker = values.get("docker_env")
    return Project(
        folder=folder,
        name=str(values.get("name") or ""),
        entry_points={str(name): _parse_entry_point(str(name), point, where) for name, point in points.items()},
        python_env=python_env,
        conda_env=conda_env,
        docker_env=_parse_docker(_mapping(docker, where, "docker_env"), where) if docker else None,
        sweep=values.get("sweep"),
    )


def _parse_entry_point(name: str, values: Any, where: str) -> EntryPoint:
    point = _mapping(values, where, f"entry point '{name}'")
    command = point.get("command")
    if not isinstance(command, str) or not command.strip():
        raise InvalidParameterValue(f"The entry point '{name}' of '{where}' has no command. Give a text.")
    parameters = _mapping(point.get("parameters") or {}, where, f"parameters of '{name}'")
    return EntryPoint(
        name, command, {str(key): _parse_parameter(str(key), value, where) for key, value in parameters.items()}
    )


def _parse_parameter(name: str, value: Any, where: str) -> Parameter:
    if isinstance(value, str):
        return Parameter(name, value)
    if value is None:
        return Parameter(name)
    table = _mapping(value, where, f"parameter '{name}'")
    return Parameter(name, str(table.get("type") or "string"), table.get("default"))


def _parse_docker(values: Mapping[str, Any], where: str) -> DockerEnvironment:
    image = values.get("image")
    if not isinstance(image, str) or not image or image.startswith("-") or any(char.isspace() for char in image):
        raise InvalidParameterValue(f"The docker_env of '{where}' names the image '{image}'. Give an image's name.")
    variables: dict[str, str | None] = {}
    for item in values.get("environment") or ():
        match item:
            case str():
                variables[item] = None
            case [str() as name, value]:
                variables[name] = str(value)
            case _:
                raise InvalidParameterValue(
                    f"The docker_env of '{where}' has the variable '{item}'. Give a name, or a pair [name, value]."
                )
    return DockerEnvironment(image, [str(item) for item in values.get("volumes") or ()], variables)


def _environment_file(values: Mapping[str, Any], key: str, folder: Path) -> Path | None:
    name = values.get(key)
    if not name:
        return None
    path = (folder / str(name)).resolve()
    if not path.is_file():
        raise InvalidParameterValue(f"Project specified {key} file '{path}', but no such file was found.")
    if not path.is_relative_to(folder.resolve()):
        raise InvalidParameterValue(f"Project specified {key} file '{path}', which is outside of the project.")
    return path


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None


def _mapping(values: Any, where: str, what: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise InvalidParameterValue(f"In '{where}', {what} is '{values}'. Give a mapping of names to values.")
    return values
