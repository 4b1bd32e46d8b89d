"""From an entry point and parameters to what is executed: values travel beside the command, never in its text.

The command of an entry point is a text for a shell, such as `python train.py --alpha {alpha} && echo "{name}"`. Each
place for a parameter becomes the expansion of a shell variable, quoted as the shell's own quoting around it requires.
The shell does not read expanded values again, so no value can become a command or two arguments.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from headwater.config import environment
from headwater.projects.project_file import EntryPoint, Project
from headwater.protocol.errors import InvalidParameterValue

VARIABLE = "HEADWATER_PARAMETER_"
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|\\.|['\"]|\$\(|\)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
_SCRIPTS = {".py": "python", ".sh": "bash", ".R": "Rscript", ".r": "Rscript"}


@dataclass(frozen=True)
class Command:
    """What to execute.

    Attributes:
        text: for a shell; values are in `variables`.
        variables: environment variables that the text expands.
        shown: the same for people, with the values in place.
        paths: those of the variables that name files of this machine.
    """

    text: str
    variables: dict[str, str] = field(default_factory=dict)
    shown: str = ""
    paths: frozenset[str] = frozenset()


def find_entry_point(project: Project, name: str) -> EntryPoint:
    """Return the entry point of this name; else one that runs the script of this name."""
    found = project.entry_points.get(name)
    if found is not None:
        return found
    suffix = Path(name).suffix
    if suffix not in _SCRIPTS:
        advice = _advise(project, name)
        raise InvalidParameterValue(
            f"Could not find {name} among entry points {sorted(project.entry_points)} or interpret {name} as a "
            f"runnable script. Supported script file extensions: {sorted(_SCRIPTS)}{advice}"
        )
    path = (project.folder / name).resolve()
    if not path.is_relative_to(project.folder.resolve()) or not path.is_file():
        raise InvalidParameterValue(f"The project in '{project.folder}' has no script '{name}'. Name one of its files.")
    shell = environment().get("SHELL") or "bash" if suffix == ".sh" else _SCRIPTS[suffix]
    script = name if not name.startswith("-") else f"./{name}"
    return EntryPoint(name, f"{escape_braces(shlex.quote(shell))} {escape_braces(shlex.quote(script))}")


def _advise(project: Project, name: str) -> str:
    """Return what may have been meant by an entry point that is not there."""
    from difflib import get_close_matches

    scripts = sorted(path.name for path in project.folder.iterdir() if path.suffix in _SCRIPTS)
    known = [*project.entry_points, *scripts]
    meant = [other for other in known if Path(other).stem == name] or get_close_matches(name, known, 1)
    meant = meant or ([] if project.entry_points else scripts)
    return f". Perhaps you want: -e {meant[0]}" if meant else ""


def make_command(point: EntryPoint, values: Mapping[str, str]) -> Command:
    """Put values into the places of an entry point's command; those without a place become `--name value` at its end.

    Raises `InvalidParameterValue` for a place that no parameter fills, or a name that cannot be an option.
    """
    names = {name: f"{VARIABLE}{number}" for number, name in enumerate(values, 1)}
    text, shown = "", ""
    for piece in _split(point):
        if isinstance(piece, _Place):
            if piece.name not in names:
                raise InvalidParameterValue(
                    f"The command of entry point '{point.name}' has a place for '{{{piece.name}}}', which is no "
                    "parameter. Declare it, or write {{ and }} for braces."
                )
            text += piece.expand(names[piece.name])
            shown += piece.show(values[piece.name])
        else:
            text += piece
            shown += piece
    for name in values:
        if name not in point.parameters:
            if not _NAME.fullmatch(name):
                raise InvalidParameterValue(f"Invalid parameter name '{name}'. Use letters, digits, '_', '-' and '.'.")
            text += f' --{name} "${{{names[name]}}}"'
            shown += f" --{name} {shlex.quote(values[name])}"
    declared = point.parameters.items()
    paths = frozenset(names[name] for name, parameter in declared if name in names and parameter.type == "path")
    return Command(text, {names[name]: value for name, value in values.items()}, shown, paths)


@dataclass(frozen=True)
class _Place:
    """A place for a parameter, and the quotes that stand around it."""

    name: str
    quote: str

    def expand(self, variable: str) -> str:
        match self.quote:
            case "'":
                return f"'\"${{{variable}}}\"'"
            case '"':
                return f"${{{variable}}}"
            case _:
                return f'"${{{variable}}}"'

    def show(self, value: str) -> str:
        match self.quote:
            case "'":
                return value.replace("'", "'\"'\"'")
            case '"':
                return re.sub(r'([$`"\\])', r"\\\1", value)
            case _:
                return shlex.quote(value)


def _split(point: EntryPoint) -> Iterator["str | _Place"]:
    """Yield the texts and places of a command, with the shell's quotes followed."""
    command, position = point.command.strip(), 0
    quotes = [""]  # of the text around, the innermost last; `$(` within quotes begins anew
    while match := _PLACE.search(command, position):
        yield command[position : match.start()]
        position, symbol = match.end(), match[0]
        if symbol[0] == "\\" and quotes[-1] == "'":  # which escapes nothing there
            position, symbol = match.start() + 1, "\\"
        if symbol in {"{{", "}}"}:
            yield symbol[0]
        elif match[1] is not None:
            yield _Place(_check_place(match[1], point), quotes[-1])
        elif symbol in {"{", "}"}:
            raise InvalidParameterValue(
                f"The command of entry point '{point.name}' has a single '{symbol}'. Write '{symbol * 2}' for a brace."
            )
        else:
            _follow_quotes(quotes, symbol)
            yield symbol
    yield command[position:]


def _follow_quotes(quotes: list[str], symbol: str) -> None:
    current = quotes[-1]
    if symbol == "'" and current != '"':
        quotes[-1] = "" if current == "'" else "'"
    elif symbol == '"' and current != "'":
        quotes[-1] = "" if current == '"' else '"'
    elif symbol == "$(" and current != "'":
        quotes.append("")
    elif symbol == ")" and current == "" and len(quotes) > 1:
        quotes.pop()


def _check_place(name: str, point: EntryPoint) -> str:
    if not _NAME.fullmatch(name.strip()):
        raise InvalidParameterValue(
            f"The command of entry point '{point.name}' has the place '{{{name}}}'. Only a parameter's name may stand "
            "in braces; write {{ and }} for braces themselves."
        )
    return name.strip()


def escape_braces(text: str) -> str:
    """Return the text of a command in which nothing is a place for a parameter."""
    return text.replace("{", "{{").replace("}", "}}")
