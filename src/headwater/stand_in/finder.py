"""Modules of MLflow's names that are Headwater's: for code, and for callbacks, that were written for MLflow."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

from headwater.protocol.errors import NotSupported
from headwater.protocol.names import SPOKEN_MLFLOW_VERSION
from headwater.stand_in.mlflow_names import CONSTANTS, MODULES, OTHER_NAMES

ROOT = "mlflow"


class Mirror(ModuleType):
    """A module of MLflow's name with the names of a module of ours, looked up when they are asked for."""

    def __getattr__(self, name: str) -> object:
        submodule = f"{self.__name__}.{name}"
        if submodule in MODULES:
            return import_module(submodule)
        if not name.startswith("__") and (target := MODULES[self.__name__]):
            try:
                return getattr(import_module(target), name)
            except AttributeError:
                pass
            if name in OTHER_NAMES:
                module, _, own = OTHER_NAMES[name].partition(":")
                return getattr(import_module(module), own)
        raise AttributeError(f"module '{self.__name__}' has no attribute '{name}' in Headwater, which stands in for it")

    def __dir__(self) -> Iterable[str]:
        prefix = f"{self.__name__}."
        submodules = [name.removeprefix(prefix) for name in MODULES if name.startswith(prefix)]
        target = MODULES[self.__name__]
        ours = dir(import_module(target)) if target else []
        return sorted({*super().__dir__(), *ours, *(name for name in submodules if "." not in name)})


class _Loader(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return Mirror(spec.name, f"Headwater, standing in for {spec.name}.")

    def exec_module(self, module: ModuleType) -> None:
        if target := MODULES[module.__name__]:
            names = getattr(import_module(target), "__all__", None)
            if names is not None:
                module.__dict__["__all__"] = list(names)
        module.__dict__.update(CONSTANTS.get(module.__name__, {}))


class Finder(MetaPathFinder):
    """Finds the modules of MLflow, and its distribution, before Python looks at what is installed."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - what Python calls a finder with
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != ROOT:
            return None
        if fullname not in MODULES:
            raise ModuleNotFoundError(
                f"No module named '{fullname}' in Headwater, which stands in for MLflow here. "
                "Remove install_as_mlflow() to use an installed MLflow.",
                name=fullname,
            )
        return spec_from_loader(fullname, _Loader(), origin="headwater", is_package=True)

    def find_distributions(self, context: DistributionFinder.Context) -> Iterable[Distribution]:
        """Return the distribution `mlflow`, which libraries ask for its version."""
        return [_Mlflow()] if context.name in {None, ROOT} else []


class _Mlflow(Distribution):
    def read_text(self, filename: str) -> str | None:
        if filename != "METADATA":
            return None
        return f"Metadata-Version: 2.1\nName: {ROOT}\nVersion: {SPOKEN_MLFLOW_VERSION}\nSummary: Headwater\n"

    def locate_file(self, path: object) -> Path:
        raise NotSupported(f"'{path}' is no file: Headwater stands in for MLflow, which is not installed.")
