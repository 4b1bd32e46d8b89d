"""How this very Headwater is run by the Python of an environment in which it is not installed."""

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
    package = Path(__file__).parents[2]
    return [str(held.python), "-I", bootstrap.__file__, str(package), module, *arguments]
