"""The command line: the file tree is the command tree, and a module whose name begins with `_` is no command.

Where a command is called like a word of Python, such as `import`, its module has a `_` at the end.
"""

from headwater.cli._root import main

__all__ = ["main"]
