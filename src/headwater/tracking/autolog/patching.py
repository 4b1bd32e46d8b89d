"""Putting wrappers in the place of a library's functions and methods, and taking them out again.

A wrapper looks like what it stands for: name, documentation, signature, and it is pickled by reference.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType, MethodType, ModuleType
from typing import Any, TypeAlias

from headwater.tracking.autolog.call import Watcher

Wrap: TypeAlias = Callable[[Callable[..., Any], "Hook"], Callable[..., Any]]

_MISSING = object()


@dataclass(frozen=True)
class Hook:
    """A watcher for one function of a module or one method of a class.

    One with `is_part` watches what the library itself calls there while another watched call of the flavor goes on, and
    nothing else: the training function that an estimator's `fit` uses, say.
    """

    owner: ModuleType | type
    name: str
    watcher: Watcher
    is_part: bool = False


@dataclass(frozen=True)
class Patch:
    """A wrapper in its place, and what stood there before."""

    owner: ModuleType | type
    name: str
    original: Any
    wrapper: Any
    is_shared: bool = False
    """A function that other modules may have imported by name."""


def apply_hooks(hooks: Iterable[Hook], wrap: Wrap, package: str) -> list[Patch]:
    """Put a wrapper in the place of each target, and in every module outside `package` that holds the same function."""
    patches = [patch for hook in hooks if (patch := _apply(hook, wrap)) is not None]
    _rebind({id(patch.original): patch.wrapper for patch in patches if patch.is_shared}, package)
    return patches


def remove_patches(patches: list[Patch], package: str) -> None:
    """Put back what stood there, except where somebody else put a wrapper over ours, which then only passes on."""
    for patch in reversed(patches):
        if vars(patch.owner).get(patch.name) is not patch.wrapper:
            continue
        if patch.original is _MISSING:
            delattr(patch.owner, patch.name)
        else:
            setattr(patch.owner, patch.name, patch.original)
    _rebind({id(patch.wrapper): patch.original for patch in patches if patch.is_shared}, package)


def _apply(hook: Hook, wrap: Wrap) -> Patch | None:
    own = vars(hook.owner).get(hook.name, _MISSING)
    found = own
    if own is _MISSING and isinstance(hook.owner, type):
        found = next((vars(base)[hook.name] for base in hook.owner.__mro__ if hook.name in vars(base)), _MISSING)
    if found is _MISSING:
        return None
    wrapper: Any
    if isinstance(hook.owner, ModuleType):
        wrapper = wrap(found, hook)
        wrapper.__module__ = hook.owner.__name__  # where pickle finds it
    elif isinstance(found, FunctionType):
        wrapper = wrap(found, hook)
    else:
        wrapper = _WrappedDescriptor(found, lambda function: wrap(function, hook))
    setattr(hook.owner, hook.name, wrapper)
    is_shared = isinstance(hook.owner, ModuleType) and not hook.is_part
    return Patch(hook.owner, hook.name, own, wrapper, is_shared)


class _WrappedDescriptor:
    """A method that is there for some objects only: ask the original descriptor, then wrap what it gives."""

    def __init__(self, original: Any, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        self._original = original
        self._wrap = functools.lru_cache(4)(wrap)
        self.__doc__ = getattr(original, "__doc__", None)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        found = self._original.__get__(instance, owner)
        if isinstance(found, MethodType) and found.__self__ is instance:
            return MethodType(self._wrap(found.__func__), instance)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def _rebind(replacements: dict[int, Any], package: str) -> None:
    """Replace functions, by identity, among the global names of all modules outside a package."""
    if not replacements:
        return
    for name, module in list(sys.modules.items()):
        names = getattr(module, "__dict__", None)
        if type(names) is not dict or name == package or name.startswith((f"{package}.", "headwater.")):
            continue
        for key, value in list(names.items()):
            if type(value) is FunctionType and id(value) in replacements:
                names[key] = replacements[id(value)]
