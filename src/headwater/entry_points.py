"""What installed packages offer by entry points, found without reading the metadata of them all.

Every run asks for plugins, which hardly anybody has. Looking into the small files that name them takes a millisecond;
`importlib.metadata`, which takes thirty to load and a few for each question, is asked once they name some.
"""

import os
import sys
from functools import cache
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def find_entry_points(group: str) -> "list[EntryPoint]":
    """Return the entry points of a group that the packages on `sys.path` offer."""
    is_usual = all(finder is PathFinder or not hasattr(finder, "find_distributions") for finder in sys.meta_path)
    named = _read_names(tuple(sys.path)) if is_usual else None
    if named is not None and group not in named:
        return []
    from importlib.metadata import entry_points

    return list(entry_points(group=group))


def forget() -> None:
    """Look anew for what is installed, the next time that it is asked for."""
    _read_names.cache_clear()


@cache
def _read_names(path: tuple[str, ...]) -> str | None:
    """Return the texts that name entry points; None if packages may be where only `importlib.metadata` looks."""
    texts = []
    for place in path:
        if os.path.isfile(place):  # noqa: PTH113 - a zip archive
            return None
        try:
            names = os.listdir(place or ".")  # noqa: PTH208 - thousands of names, and no paths of them
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                texts.append(_read(f"{place or '.'}/{name}/entry_points.txt"))
            elif name.endswith(".egg"):
                return None
    return "\n".join(texts)


def _read(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as opened:  # noqa: PTH123 - a path costs more than the file
            return opened.read()
    except OSError:  # as of most packages
        return ""
