"""MLflow's names for as long as something that was written with MLflow is being loaded."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from threading import Lock

from headwater.stand_in.finder import ROOT, Finder, Mirror

_LOCK = Lock()


class _Borrowed(Finder):
    """A finder that goes when the last block that needs it ends."""

    users = 0


@contextmanager
def mlflow_names() -> Iterator[None]:
    """Let `import mlflow` give Headwater inside the block, unless there is an MLflow that can be imported.

    Afterwards nothing of it is left, so that other libraries do not find an MLflow that nobody installed. Several
    threads may be in such blocks at once.
    """
    finder = _enter()
    try:
        yield
    finally:
        if finder is not None:
            _leave(finder)


def _enter() -> _Borrowed | None:
    with _LOCK:
        for finder in sys.meta_path:
            if isinstance(finder, _Borrowed):
                finder.users += 1
                return finder
        if ROOT in sys.modules or find_spec(ROOT) is not None:
            return None
        finder = _Borrowed()
        finder.users = 1
        sys.meta_path.insert(0, finder)
        return finder


def _leave(finder: _Borrowed) -> None:
    with _LOCK:
        finder.users -= 1
        if finder.users:
            return
        sys.meta_path.remove(finder)
        for name in [name for name, module in sys.modules.items() if isinstance(module, Mirror)]:
            del sys.modules[name]
