"""The command line: the file tree is the command tree, and a module whose name begins with `_` is no command."""

from headwater.cli._root import main

__all__ = ["main"]
