"""How the running program was started, so that it can be started again."""

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

PROGRAM_FILE = "program.json"
CELLS_FILE = "executed.ipynb"
CELLS_COMMAND = ("python", "-m", "headwater.capture.cells")
"""What carries out the cells of a notebook again, which are in the file named behind it."""


class Program(msgspec.Struct, frozen=True):
    """A command and where it ran.

    Attributes:
        folder: URI of the repository's top folder, of the working folder without a repository.
        directory: the working folder, as a path within `folder`.
        command: its words; the first is `python`, or a program of the Python environment.
        commit: of git, "" without one.
        python: the version.
        run_number: how many runs the program started before this one.
    """

    folder: str
    directory: str
    command: list[str]
    commit: str
    python: str
    run_number: int = 0


def describe_program(top: Path | None, commit: str, run_number: int, hide: Callable[[list[str]], list[str]]) -> Program:
    """Return how this process was started.

    Args:
        top: of the repository that the program is in, None if it is in none.
        commit: that is checked out there.
        run_number: how many runs the program started before this one.
        hide: replaces secrets among words.
    """
    here = Path.cwd()
    folder = top if top is not None else here
    inside = here.is_relative_to(folder)
    place = here if inside else folder
    words = [_within(word, folder, place) for word in sys.orig_argv[1:]]
    program = Path(words[0]) if words else Path()
    is_of_environment = program.is_absolute() and program.parent == Path(sys.prefix) / "bin"
    command = [program.name, *words[1:]] if is_of_environment else ["python", *words]
    directory = place.relative_to(folder).as_posix()
    return Program(folder.as_uri(), directory, hide(command), commit, platform.python_version(), run_number)


def _within(word: str, folder: Path, place: Path) -> str:
    """Return a path of a file in the folder as one that holds in a copy of it, too; any other word as it is."""
    path = Path(word)
    if not path.is_absolute() or not path.is_relative_to(folder) or path.is_relative_to(sys.prefix):
        return word
    return os.path.relpath(path, place)
