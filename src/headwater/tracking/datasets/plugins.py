"""Kinds of sources and of datasets that other packages bring by entry point."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final, Protocol, Self, cast

from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.datasets.source import DatasetSource

SOURCE_GROUPS = ("headwater.dataset_source", "mlflow.dataset_source")
CONSTRUCTOR_GROUPS = ("headwater.dataset_constructor", "mlflow.dataset_constructor")
CONSTRUCTOR_PREFIXES = ("from_", "load_")
_SOURCE_PARTS = ("_get_source_type", "_can_resolve", "_resolve", "to_dict", "from_dict", "load")


class SourcePlugin(Protocol):
    """A source of another package, as MLflow knows them: its class is the entry point's object.

    Example:
        [project.entry-points."headwater.dataset_source"]
        warehouse = "my_package:WarehouseSource"
    """

    @staticmethod
    def _get_source_type() -> str:
        """Return the kind of source, which is logged beside it."""

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        """Return whether what a user gave as `source` is one of this kind."""

    @classmethod
    def _resolve(cls, raw_source: Any) -> Self:
        """Return the source that the user meant."""

    def to_dict(self) -> dict[Any, Any]:
        """Return what says where the data are, fit for JSON."""

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> Self:
        """Return the source that `to_dict` described."""

    def load(self) -> Any:
        """Fetch the data again."""


@dataclass(frozen=True)
class PluginSource(DatasetSource):
    """A source that another package's class stands for."""

    inner: SourcePlugin

    @property
    def source_type(self) -> str:
        """Return what the other package calls it."""
        return self.inner._get_source_type()  # noqa: SLF001 - the names are MLflow's

    def load(self, dst_path: str | Path | None = None) -> Any:
        """Return what the other package loads; `dst_path` is given on if there is one."""
        load = cast("Callable[..., Any]", self.inner.load)
        return load() if dst_path is None else load(dst_path=dst_path)

    def to_dict(self) -> dict[str, Any]:
        """Return what the other package says."""
        return self.inner.to_dict()

    @classmethod
    def from_dict(cls, source_dict: Mapping[str, Any]) -> Self:
        """Raise `InvalidParameterValue`: it takes the kind of source to know whose description it is."""
        raise InvalidParameterValue(f"'{dict(source_dict)}' does not name its type. Use source_from_json.")


class _Registered:
    """What a program brought itself, for as long as it runs."""

    def __init__(self) -> None:
        self.sources: list[type[SourcePlugin]] = []
        self.constructors: dict[str, Callable[..., Any]] = {}


_REGISTERED: Final = _Registered()  # filled by the user's own calls only


def register_dataset_source(source: type[SourcePlugin]) -> None:
    """Let this program's datasets come from another kind of source, as a package's entry point would.

    Raises `InvalidParameterValue` unless the class has what `SourcePlugin` asks for.

    Example:
        >>> hw.data.register_dataset_source(WarehouseSource)
    """
    missing = [name for name in _SOURCE_PARTS if not hasattr(source, name)]
    if missing:
        raise InvalidParameterValue(f"'{source}' is no kind of source: it has no {', '.join(missing)}. Define them.")
    if source not in _REGISTERED.sources:
        _REGISTERED.sources.append(source)


def register_constructor(constructor_fn: Callable[..., Any], constructor_name: str | None = None) -> str:
    """Make a function that returns a dataset a function of `hw.data`, and return its name there.

    Raises `InvalidParameterValue` for a name that begins neither with `from_` nor with `load_`.

    Example:
        >>> hw.data.register_constructor(from_warehouse)
        'from_warehouse'
    """
    name = constructor_name or constructor_fn.__name__
    if not name.isidentifier() or not name.startswith(CONSTRUCTOR_PREFIXES):
        raise InvalidParameterValue(
            f"Invalid dataset constructor name: '{name}'. Let it begin with {' or '.join(CONSTRUCTOR_PREFIXES)}."
        )
    _REGISTERED.constructors[name] = constructor_fn
    return name


def resolve_by_plugin(given: object) -> DatasetSource | None:
    """Return the source that an installed package makes of what a user gave; None if none knows it.

    Raises `InvalidParameterValue` if several do.
    """
    able = [kind for kind in _source_kinds() if kind._can_resolve(given)]  # noqa: SLF001 - the names are MLflow's
    if len(able) > 1:
        names = ", ".join(kind._get_source_type() for kind in able)  # noqa: SLF001
        raise InvalidParameterValue(f"The source '{given}' may be any of {names}. Give a DatasetSource.")
    return PluginSource(able[0]._resolve(given)) if able else None  # noqa: SLF001


def find_plugin_kind(source_type: str) -> type[SourcePlugin] | None:
    """Return the class of an installed package for a type of source; None if there is none."""
    return next((kind for kind in _source_kinds() if kind._get_source_type() == source_type), None)  # noqa: SLF001


def find_constructor(name: str) -> Callable[..., Any]:
    """Return the function of an installed package that makes datasets, such as `from_warehouse`.

    Raises `AttributeError` if there is none, as a module does that has no such name.
    """
    if name in _REGISTERED.constructors:
        return _REGISTERED.constructors[name]
    if name.startswith(CONSTRUCTOR_PREFIXES):
        for entry in _entries(CONSTRUCTOR_GROUPS):
            if entry.name == name:
                return cast("Callable[..., Any]", entry.load())
    raise AttributeError(f"module 'headwater.data' has no attribute '{name}'")


def list_constructors() -> list[str]:
    """Return the names of the functions that installed packages, or this program, bring."""
    installed = {entry.name for entry in _entries(CONSTRUCTOR_GROUPS) if entry.name.startswith(CONSTRUCTOR_PREFIXES)}
    return sorted(installed | set(_REGISTERED.constructors))


def _source_kinds() -> Iterator[type[SourcePlugin]]:
    yield from _REGISTERED.sources
    for entry in _entries(SOURCE_GROUPS):
        kind = entry.load()
        if kind not in _REGISTERED.sources:
            yield kind


def _entries(groups: tuple[str, ...]) -> Iterator[EntryPoint]:
    """Yield the entry points of other packages; those of MLflow itself stand for what is built in here."""
    for group in groups:
        for entry in entry_points(group=group):
            if not entry.value.startswith("mlflow."):
                yield entry
