"""A value that does not fit its type: what is wrong, where it stands, and what to do about it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SHOWN = 80


class Misfit(Exception):  # enforce.py and param_values.py make an error of the hierarchy of it
    """Carry what is wrong with one value of many.

    `index` is its place among the values that were looked at, None if the fault is not one value's; `path` leads from
    there into nested values, as `.address.city` or `[3]`.
    """

    def __init__(self, reason: str, index: int | None = None, *, got: str = "", fix: str = "", path: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.index = index
        self.got = got
        self.fix = fix
        self.path = path

    def moved(self, index: int | None, step: str) -> "Misfit":
        """Return the same fault seen from one level above, where the value is reached by `step` from `index`."""
        return Misfit(self.reason, index, got=self.got, fix=self.fix, path=step + self.path)


@contextmanager
def located(locate: Callable[[int], tuple[int, str]]) -> Iterator[None]:
    """Let a `Misfit` inside say where it stands one level above: `locate` gives the place there and the step down."""
    try:
        yield
    except Misfit as misfit:
        if misfit.index is None:
            raise
        raise misfit.moved(*locate(misfit.index)) from None


def show(value: object) -> str:
    """Return a short text of a value and its type, for messages."""
    text = repr(value)
    return f"{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'} ({type(value).__name__})"
