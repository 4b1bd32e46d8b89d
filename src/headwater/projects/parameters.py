"""The values of a project's parameters: defaults, checks by type, paths made absolute and remote files fetched."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from headwater.projects.project_file import EntryPoint, Parameter
from headwater.protocol.errors import InvalidParameterValue

Fetch = Callable[[str, Path], Path]


def choose_values(point: EntryPoint, given: Mapping[str, object], folder: Path) -> dict[str, str]:
    """Return the value of each parameter as text: declared ones in their order, then the others that were given.

    The default of a path that does not exist in the working folder is one of the project's own `folder`.

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
            if name not in given and point.parameters[name].type == "path" and not Path(text).exists():
                texts[name] = text = text if _is_remote(text) else str(folder / text)
            _check_type(point.parameters[name], text)
    return texts


def resolve_values(point: EntryPoint, values: Mapping[str, str], storage: Path, fetch: Fetch) -> dict[str, str]:
    """Return the values that the command gets: paths absolute, remote ones downloaded below `storage`.

    A relative path is relative to the folder of the process that runs the project, not to the project's.
    """
    resolved = dict(values)
    for number, name in enumerate(values):
        parameter = point.parameters.get(name)
        if parameter is not None and parameter.type == "path":
            resolved[name] = _resolve_path(name, values[name], storage / f"param_{number}", fetch)
    return resolved


def _check_type(parameter: Parameter, text: str) -> None:
    match parameter.type:
        case "float":
            is_right = _is_float(text)
        case "int" | "integer":
            is_right = text.strip().removeprefix("-").removeprefix("+").isdecimal()
        case "uri":
            is_right = bool(urlsplit(text).scheme)
        case "path" if not _is_remote(text):
            if not Path(text).expanduser().exists():
                raise InvalidParameterValue(
                    f"Got value {text} for parameter {parameter.name}, but no such file or directory was found."
                )
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


def _resolve_path(name: str, text: str, target: Path, fetch: Fetch) -> str:
    if _is_remote(text):
        target.mkdir(parents=True, exist_ok=True)
        return str(fetch(text, target))
    parts = urlsplit(text)
    path = Path(parts.path if parts.scheme == "file" else text).expanduser()
    if not path.exists():
        raise InvalidParameterValue(f"Got value {text} for parameter {name}, but no such file or directory was found.")
    return str(path.resolve())
