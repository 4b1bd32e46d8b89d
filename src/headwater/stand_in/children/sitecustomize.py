"""What Python runs first in the processes that a program starts in which Headwater stands in for MLflow.

The folder of this file is on their PYTHONPATH. It must load next to nothing (`importlib.abc` would cost each process
20 ms), work in any version of Python and in any environment, and let another `sitecustomize` that it hides have its
turn.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from os.path import dirname, samefile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.machinery import ModuleSpec
    from importlib.metadata import Distribution, DistributionFinder
    from types import ModuleType

    from headwater.stand_in.finder import Finder

ROOT = "mlflow"


class LateFinder:
    """Makes way for the finder of the stand-in when MLflow is first asked for; in vain if Headwater is not here."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's spec from the stand-in."""
        if fullname.partition(".")[0] != ROOT:
            return None
        finder = self._make_way()
        return finder.find_spec(fullname, path, target) if finder else None

    def find_distributions(self, context: DistributionFinder.Context) -> Iterable[Distribution]:
        """Return the stand-in's distribution, for those who ask for the version before they import."""
        if context.name != ROOT:
            return []
        finder = self._make_way()
        return finder.find_distributions(context) if finder else []

    def _make_way(self) -> Finder | None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        try:
            from headwater.stand_in.finder import Finder
        except (ImportError, SyntaxError):  # an environment without Headwater, or too old a Python
            return None
        for present in sys.meta_path:
            if type(present) is Finder:
                return present
        finder = Finder()
        sys.meta_path.insert(0, finder)
        return finder


def is_here(folder: str) -> bool:
    """Return whether a folder of `sys.path` is that of this file."""
    try:
        return samefile(folder or ".", dirname(__file__))  # noqa: PTH120, PTH121 - pathlib would slow every start
    except OSError:
        return False


sys.meta_path.insert(0, LateFinder())
_hidden = PathFinder.find_spec(__name__, [folder for folder in sys.path if not is_here(folder)])
if _hidden and _hidden.loader:
    _module = module_from_spec(_hidden)
    sys.modules[__name__] = _module
    _hidden.loader.exec_module(_module)
