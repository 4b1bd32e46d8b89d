"""A copy of a project's code for where this machine's folders are not."""

import shutil
from pathlib import Path

_LEFT_OUT = {".git", ".hg", ".svn", ".venv", "__pycache__", ".headwater", "mlruns", ".ipynb_checkpoints"}


def copy_code(folder: Path, target: Path) -> None:
    """Copy a project without what belongs to this machine: history, virtual environments, caches and local stores.

    Links stay links, so that nothing outside of the project is copied.
    """
    shutil.copytree(
        folder,
        target,
        symlinks=True,
        ignore=lambda _folder, names: _LEFT_OUT.intersection(names),
        ignore_dangling_symlinks=True,
    )
