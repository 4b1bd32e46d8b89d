"""Learning of imports: a callback for every module of a package, once it has been executed."""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

AfterImport = Callable[[ModuleType], None]


class ImportWatch(MetaPathFinder):
    """Stands first among Python's finders and finds nothing itself: it follows what the others find.

    `packages` names the top-level packages that are watched; `after` must not raise.
    """

    def __init__(self, after: AfterImport) -> None:
        self.packages: frozenset[str] = frozenset()
        self._after = after

    def install(self) -> None:
        """Watch imports from now on."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the other finders say, with a loader that tells when it is done; None for other packages."""
        if fullname.partition(".")[0] not in self.packages:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                loader: Any = spec.loader
                if hasattr(loader, "exec_module"):
                    spec.loader = _TellingLoader(loader, self._after)
                return spec
        return None


class _TellingLoader(Loader):
    """Load as `loader` does, which the module then names as its own, and tell."""

    def __init__(self, loader: Loader, after: AfterImport) -> None:
        self._loader = loader
        self._after = after

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._after(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def loaded_modules(package: str) -> list[ModuleType]:
    """Return the modules of a package that have been imported, the package itself first."""
    return [
        module
        for name, module in sorted(sys.modules.items())
        if (name == package or name.startswith(f"{package}.")) and hasattr(module, "__dict__")
    ]
