"""Imports that a framework makes at once and a server seldom needs, put off until somebody uses them."""

import builtins
import contextlib
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

_IMPORTERS = frozenset({"sklearn"})
_DEFERRED = frozenset({"pandas", "scipy.stats"})


class Deferred:
    """Stands for a module, or for a function, class or object of one, which is imported when it is first used."""

    __slots__ = ("__module", "__name")

    def __init__(self, module: str, name: str = "") -> None:
        self.__module = module
        self.__name = name

    def __resolve(self) -> Any:
        module = importlib.import_module(self.__module)
        return getattr(module, self.__name) if self.__name else module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__resolve(), name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self.__resolve()(*args, **options)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self.__resolve())

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, self.__resolve())

    def __mro_entries__(self, _bases: tuple[object, ...]) -> tuple[Any, ...]:
        return (self.__resolve(),)


@contextlib.contextmanager
def imports_deferred() -> Iterator[None]:
    """Give scikit-learn's modules stand-ins for pandas and `scipy.stats`, which it imports but does not predict with.

    These two are half of what importing scikit-learn costs, in time and in memory. Nobody else sees the stand-ins:
    they are names in scikit-learn's modules, and what is imported already stays.
    """
    found = builtins.__import__

    def import_or_defer(
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - its callers' word
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if level == 0 and globals is not None and _is_importer(globals):
            stand_in = _stand_in(name, fromlist or ())
            if stand_in is not None:
                return stand_in
        return found(name, globals, locals, fromlist or (), level)

    builtins.__import__ = import_or_defer
    try:
        yield
    finally:
        builtins.__import__ = found


def _is_importer(module: Mapping[str, Any]) -> bool:
    return str(module.get("__name__", "")).partition(".")[0] in _IMPORTERS


def _stand_in(name: str, wanted: Sequence[str]) -> Any:
    """Return what an import statement gets in place of the module, None if it gets the module."""
    if _is_deferred(name) and "*" not in wanted:
        if wanted:  # from scipy.stats import rankdata
            return SimpleNamespace(**{each: Deferred(name, each) for each in wanted})
        package = name.partition(".")[0]
        if package == name:  # import pandas as pd
            return Deferred(name) if find_spec(name) else None
        imported = importlib.import_module(package)  # import scipy.stats
        return imported if hasattr(imported, "__getattr__") else None  # which imports it when it is asked for
    modules = {each: f"{name}.{each}" for each in wanted}
    if any(map(_is_deferred, modules.values())):  # from scipy import sparse, stats
        return SimpleNamespace(
            **{
                each: Deferred(module) if _is_deferred(module) else getattr(importlib.import_module(name), each)
                for each, module in modules.items()
            }
        )
    return None


def _is_deferred(module: str) -> bool:
    return module in _DEFERRED and module not in sys.modules
