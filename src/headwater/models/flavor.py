"""What a framework declares, so that its models can be saved, loaded and used like any other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from headwater.models.environment import choose_environment
from headwater.models.model_file import PYFUNC, Model
from headwater.models.requirements import find_distributions, is_installed, pin
from headwater.protocol.errors import InvalidParameterValue, NotSupported

ENTRY_POINTS = "headwater.flavors"


class Predictor(Protocol):
    """What every model can be asked, whatever made it.

    One that has an attribute `is_row_wise` which is true promises that its prediction for a row depends on that row
    alone, so that rows of several requests may be predicted together. One that has a method `for_arrays(names)` returns
    from it what predicts from one array with these columns, and params as keywords, exactly what `predict` does from a
    frame; or None where there is no such thing.
    """

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return the predictions for data that fits the model's signature."""


@dataclass(frozen=True)
class ModelFolder:
    """A model on this machine, with its files verified.

    Attributes:
        path: the folder with the file `MLmodel`.
        model: what that file says.
        manifest_digest: of the verified manifest, "" if the model has none.
    """

    path: Path
    model: Model
    manifest_digest: str = ""

    def section(self, flavor: str) -> dict[str, Any]:
        """Return what `MLmodel` says about a flavor; raise `InvalidParameterValue` if the model has none of it."""
        try:
            return self.model.flavors[flavor]
        except KeyError:
            known = ", ".join(sorted(self.model.flavors))
            raise InvalidParameterValue(
                f"Model does not have the \"{flavor}\" flavor. The model in '{self.path}' has: {known}."
            ) from None

    def data_name(self, flavor: str, default: str) -> str:
        """Return the name of the file or folder that a flavor wrote, which its `data` says."""
        return str(self.section(flavor).get("data") or default)

    def file(self, name: str) -> Path:
        """Return a file or folder of the model, which lies inside of its folder."""
        path = (self.path / name).resolve()
        if not path.is_relative_to(self.path.resolve()):
            raise InvalidParameterValue(f"The model names a file outside of its folder: '{name}'. Do not use it.")
        if not path.exists():
            raise InvalidParameterValue(f"The model in '{self.path}' lacks its file '{name}'. Download it again.")
        return path


@dataclass(frozen=True)
class Saved:
    """What a flavor says about the files it wrote.

    Attributes:
        section: its section of `MLmodel`, without the version of the framework.
        pyfunc: what the section `python_function` has besides the common keys; None: the model cannot predict.
        requirements: distributions that loading needs besides those of the flavor, found otherwise.
    """

    section: dict[str, Any]
    pyfunc: dict[str, Any] | None = field(default_factory=dict)
    requirements: tuple[str, ...] = ()


Write: TypeAlias = Callable[[Any, Path], Saved]


@dataclass(frozen=True, kw_only=True)
class Flavor:
    """One framework.

    Attributes:
        name: as in `MLmodel` and in the name of the module, such as "sklearn".
        package: the top-level package, whose `__version__` is recorded.
        version_key: the key of that version in `MLmodel`.
        distributions: what a model of it needs to be installed, the framework first.
        load: reads a model from its folder; options are those that `load_model` of the flavor takes.
        predictor: makes a predictor of a loaded model, given the settings that `describe_settings` returns.
        loaders: MLflow's modules that load it, the one to name in new models first; default: `mlflow.<name>`.
        find_unsafe: the files of a saved model that run code when they are loaded; they need consent.
        configurable: `load` takes the configuration of the model as `model_config`.
    """

    name: str
    package: str
    version_key: str
    distributions: tuple[str, ...]
    load: Callable[..., Any]
    predictor: Callable[[Any, Mapping[str, Any]], Predictor]
    loaders: tuple[str, ...] = ()
    find_unsafe: Callable[[ModelFolder], list[str]] = lambda _folder: []
    configurable: bool = False

    def __post_init__(self) -> None:
        if not self.loaders:
            object.__setattr__(self, "loaders", (f"mlflow.{self.name}",))

    def version(self) -> str:
        """Return the version of the framework that is installed."""
        return str(import_module(self.package).__version__)

    def needed(self) -> tuple[str, ...]:
        """Return what a model of it needs to be installed, under the names that are installed here.

        A framework may come in several distributions, such as `xgboost` and `xgboost-cpu`.
        """
        first, *others = self.distributions
        installed = (first,) if is_installed(first) else find_distributions(self.package) or (first,)
        return (*installed, *others)

    def get_default_pip_requirements(
        self,
        include_cloudpickle: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
        include_skops: bool = False,  # noqa: FBT001
    ) -> list[str]:
        """Return what every model of the framework needs, pinned; `save_model` adds what it finds in the model."""
        extra = {"cloudpickle": include_cloudpickle, "skops": include_skops}
        return [pin(name) for name in (*self.needed(), *(name for name, wanted in extra.items() if wanted))]

    def get_default_conda_env(
        self,
        include_cloudpickle: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
        include_skops: bool = False,  # noqa: FBT001
    ) -> dict[str, Any]:
        """Return the same as a description of a conda environment."""
        lines = self.get_default_pip_requirements(include_cloudpickle=include_cloudpickle, include_skops=include_skops)
        return choose_environment(lines).describe_conda()


def describe_settings(flavor: Flavor, model: Model) -> dict[str, Any]:
    """Return what `MLmodel` says about how a model predicts: the flavor's section, and `python_function` over it.

    The key "metadata" has the model's own.
    """
    return {"metadata": model.metadata, **model.flavors.get(flavor.name, {}), **model.flavors[PYFUNC]}


def find_flavor(name: str) -> Flavor:
    """Return the flavor of this name: one of ours, or one that an installed package offers.

    Raises `NotSupported` if there is none.
    """
    names = import_module("headwater.flavors").FLAVORS  # which stand above this package
    if name in names:
        found = import_module(f"headwater.flavors.{name}")
        return found.FLAVOR  # type: ignore[no-any-return]  # what every flavor's module has
    for entry in metadata.entry_points(group=ENTRY_POINTS, name=name):
        return entry.load()  # type: ignore[no-any-return]  # a plugin's promise
    raise NotSupported(f"No flavor '{name}' is known. Use one of {', '.join(names)}, or install the plugin for it.")


def find_loader(folder: ModelFolder) -> Flavor | None:
    """Return the flavor whose loader module makes a model predict; None for a loader module of somebody else."""
    loader = str(folder.section(PYFUNC).get("loader_module", ""))
    for name in [*folder.model.flavors, "pyfunc"]:
        try:
            flavor = find_flavor(name)
        except NotSupported:
            continue
        if loader in flavor.loaders:
            return flavor
    return None
