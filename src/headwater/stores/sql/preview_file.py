"""A file to look into, wherever its bytes are."""

from collections.abc import Callable, Iterator
from typing import NamedTuple


class StoredFile(NamedTuple):
    """A file: its size in bytes, and its bytes from one on, of a length or up to the end."""

    size: int
    read: Callable[[int, int | None], Iterator[bytes]]
