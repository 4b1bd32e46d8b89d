"""The values of a project's parameters: defaults, checks by type, paths made absolute and remote files fetched."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from headwater.projects.project_file import EntryPoint, Parameter
from headwater.protocol.errors import InvalidParameterValue

Fetch = Callable[[str, Path], Path]


def choose_values(point: EntryPoint, given: Mapping[str, object], folder: Path) -> dict[str, str]:
    """Return the value of each parameter as text: declared ones in their order, then the others that were given.

    See `find_file` for where the files of paths are looked for; `folder` is the project's.

    Raises `InvalidParameterValue` if one is missing, has a value that is not of its type, or holds a NUL byte.
    """
    missing = [name for name, parameter in point.parameters.items() if parameter.is_required and name not in given]
    if missing:
        raise InvalidParameterValue(
            f"No value given for missing parameters: {', '.join(repr(name) for name in missing)} of entry point "
            f"'{point.name}'. Give each as -P name=value."
        )
    values = {name: given.get(name, parameter.default) for name, parameter in point.parameters.items()}
    values.update({name: value for name, value in given.items() if name not in values})
    texts = {str(name): str(value) for name, value in values.items()}
    for name, text in texts.items():
        if "\0" in text:
            raise InvalidParameterValue(f"The value of parameter '{name}' holds a NUL byte, which no program can take.")
        if name in point.parameters:
            _check_type(point.parameters[name], text, folder)
    return texts


def resolve_values(
    point: EntryPoint, values: Mapping[str, str], folder: Path, storage: Path, fetch: Fetch
) -> dict[str, str]:
    """Return the values that the command gets: paths absolute, remote ones downloaded below `storage`."""
    resolved = dict(values)
    for number, name in enumerate(values):
        parameter = point.parameters.get(name)
        if parameter is not None and parameter.type == "path":
            resolved[name] = _resolve_path(parameter, values[name], folder, storage / f"param_{number}", fetch)
    return resolved


def find_file(parameter: Parameter, text: str, folder: Path) -> Path:
    """Return the local file or folder that a value of the type `path` names, whether it exists or not.

    A default is relative to the project's `folder`, if it has such a file; any other value, to the working folder.
    """
    parts = urlsplit(text)
    path = Path(parts.path if parts.scheme == "file" else text).expanduser()
    own = folder / path
    return own if text == str(parameter.default) and own.exists() else path


def _check_type(parameter: Parameter, text: str, folder: Path) -> None:
    match parameter.type:
        case "float":
            is_right = _is_float(text)
        case "int" | "integer":
            is_right = text.strip().removeprefix("-").removeprefix("+").isdecimal()
        case "uri":
            is_right = bool(urlsplit(text).scheme)
        case "path" if not _is_remote(text):
            _check_file(parameter, text, folder)
            return
        case _:
            return
    if not is_right:
        what = "URI" if parameter.type == "uri" else parameter.type
        raise InvalidParameterValue(f"Expected {what} for parameter {parameter.name} but got '{text}'.")


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_remote(text: str) -> bool:
    scheme = urlsplit(text).scheme
    return len(scheme) > 1 and scheme != "file"  # a single letter is a drive of Windows


def _resolve_path(parameter: Parameter, text: str, folder: Path, target: Path, fetch: Fetch) -> str:
    if _is_remote(text):
        target.mkdir(parents=True, exist_ok=True)
        return str(fetch(text, target))
    return str(_check_file(parameter, text, folder).resolve())


def _check_file(parameter: Parameter, text: str, folder: Path) -> Path:
    path = find_file(parameter, text, folder)
    if not path.exists():
        raise InvalidParameterValue(
            f"Got value {text} for parameter {parameter.name}, but no such file or directory was found."
        )
    return path
