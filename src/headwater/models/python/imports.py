"""The modules that a model of the user's own needs: those its functions import, and those that are the user's files."""

import dis
import importlib.util
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from headwater.models.requirements import find_distributions, modules_in_source

_OURS = frozenset({"headwater", "mlflow", "__main__", "__mp_main__"})


def imported_by(model: Any) -> set[str]:
    """Return the top-level modules that a model's own functions import when they are called."""
    return {name for function in _functions_of(model) for name in _imports_in(function.__code__)}


def own_modules(names: Iterable[str]) -> list[Path]:
    """Return the files and folders of the user's own modules among `names`, and of those that they import in turn."""
    found: dict[str, Path] = {}
    pending = {name.partition(".")[0] for name in names}
    while pending:
        name = pending.pop()
        path = None if name in found or name in _OURS else _own_path(name)
        if path is None:
            continue
        found[name] = path
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            pending |= set(modules_in_source(file)) - found.keys()
    return sorted(found.values())


def _own_path(name: str) -> Path | None:
    """Return the file or folder of a module that neither Python nor an installed distribution owns."""
    if name in sys.stdlib_module_names or find_distributions(name):
        return None
    module = sys.modules.get(name)
    try:
        spec = module.__spec__ if module is not None else importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    origin = spec.origin if spec is not None else None
    if not origin or not Path(origin).is_file():
        return None
    path = Path(origin).resolve()
    if any(path.is_relative_to(folder) for folder in _installed()):
        return None
    return path.parent if path.name == "__init__.py" else path


def _installed() -> list[Path]:
    paths = sysconfig.get_paths()
    return [Path(paths[key]).resolve() for key in ("purelib", "platlib", "stdlib", "platstdlib")]


def _functions_of(model: Any) -> Iterator[FunctionType]:
    for value in (model, getattr(model, "func", None)):
        if isinstance(value, FunctionType):
            yield value
    for cls in type(model).__mro__:
        if cls.__module__.partition(".")[0] in {"headwater", "mlflow", "builtins", "abc"}:
            continue
        for value in vars(cls).values():
            inner = getattr(value, "__func__", getattr(value, "fget", value))
            if isinstance(inner, FunctionType):
                yield inner


def _imports_in(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME" and instruction.argval:
            yield str(instruction.argval).partition(".")[0]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _imports_in(constant)
