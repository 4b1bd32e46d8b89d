"""How this very Headwater is run: by another Python, in which it need not be installed, or again by this one."""

import sys
from pathlib import Path

from headwater.environments import Held
from headwater.models.isolated import bootstrap


def headwater_command(held: Held, module: str, *arguments: str) -> list[str]:
    """Return the command that calls `main` of a module of Headwater in an environment.

    Example:
        >>> command = headwater_command(held, "headwater.cli", "models", "serve", "-m", "model")
        >>> held.keep_over_exec()
        >>> os.execv(command[0], command)
    """
    return [str(held.python), "-I", *_arguments(module, arguments)]


def same_command(module: str, *arguments: str) -> list[str]:
    """Return the command that calls `main` of a module of Headwater in the environment of this process."""
    isolated = ["-I"] if sys.flags.isolated else []
    return [sys.executable, *isolated, *_arguments(module, arguments)]


def _arguments(module: str, arguments: tuple[str, ...]) -> list[str]:
    package = Path(__file__).parents[2]
    return [bootstrap.__file__, str(package), module, *arguments]
