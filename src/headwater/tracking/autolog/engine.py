"""The engine: which flavors log by themselves with which options, and their hooks in the libraries' modules."""

import functools
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from types import FrameType, ModuleType
from typing import Any

from headwater.tracking.autolog.call import Call, SaveModel, current_call, is_busy, run_watched
from headwater.tracking.autolog.imports import ImportWatch, loaded_modules
from headwater.tracking.autolog.options import Options
from headwater.tracking.autolog.patching import Hook, Patch, apply_hooks, remove_patches

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Integration:
    """What a flavor declares to log by itself.

    Attributes:
        flavor: its name, the value of the tag `mlflow.autologging`.
        package: the top-level package whose modules are patched; a call from inside this package is not logged.
        versions: the oldest version that it is made for, and the first that is newer than what was tested.
        tested: the version that was tested.
        find_hooks: the hooks in one module of the package, which has just been imported.
        save_model: keeps a trained model with a run, given the call; None where the flavor cannot.
    """

    flavor: str
    package: str
    versions: tuple[str, str]
    tested: str
    find_hooks: Callable[[ModuleType], Iterable[Hook]]
    save_model: SaveModel | None = None
    twins: tuple[str, ...] = ()
    """Other packages with the same code: the names under which the library is distributed besides."""

    @property
    def packages(self) -> tuple[str, ...]:
        """Return every package whose modules are patched."""
        return (self.package, *self.twins)


class Engine:
    """Keeps options and patches; made by `_engine` only. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._integrations: dict[str, Integration] = {}
        self._own: dict[str, Options] = {}
        self._general: dict[str, Options] = {}
        self._patches: dict[str, dict[tuple[object, str], Patch]] = {}
        self._reported: set[str] = set()
        self._watch = ImportWatch(self._after_import)

    def configure(self, integration: Integration, options: Options, *, general: bool) -> None:
        with self._lock:
            self._integrations[integration.flavor] = integration
            (self._general if general else self._own)[integration.flavor] = options
            if self.options(integration.flavor).disable:
                self._unpatch(integration)
                return
            self._watch.packages |= set(integration.packages)
            self._watch.install()
            for package in integration.packages:
                if package in sys.modules:
                    self._patch(integration, loaded_modules(package))

    def options(self, flavor: str) -> Options:
        """Return the options in force: a flavor's own, whenever they were given, before the general ones."""
        return self._own.get(flavor) or self._general.get(flavor) or Options(disable=True)

    def report(self, place: str, error: Exception, *, silent: bool) -> None:
        """Say that something of ours failed, the same thing once."""
        text = f"{place}: {type(error).__name__}: {error}"
        if not silent and text not in self._reported:
            self._reported.add(text)
            _log.warning("Autologging went on without a part (%s)", text)
        _log.debug("Autologging went on without a part (%s)", text, exc_info=error)

    def _after_import(self, module: ModuleType) -> None:
        package = module.__name__.partition(".")[0]
        with self._lock:
            for integration in self._integrations.values():
                if package in integration.packages and not self.options(integration.flavor).disable:
                    self._patch(integration, [module])

    def _patch(self, integration: Integration, modules: list[ModuleType]) -> None:
        flavor = integration.flavor
        options = self.options(flavor)
        try:
            package = modules[0].__name__.partition(".")[0]
            if not self._accepts_version(integration, package, options):
                self._unpatch(integration)
                return
            known = self._patches.setdefault(flavor, {})
            hooks = [hook for module in modules for hook in integration.find_hooks(module)]
            new = [hook for hook in hooks if (hook.owner, hook.name) not in known]
            wrap = functools.partial(self._wrap, integration)
            known.update({(patch.owner, patch.name): patch for patch in apply_hooks(new, wrap, package)})
        except Exception as error:  # noqa: BLE001 - a border: importing a library must not fail because of us
            self.report(f"{flavor}: putting hooks into {modules[0].__name__}", error, silent=options.silent)

    def _unpatch(self, integration: Integration) -> None:
        remove_patches(list(self._patches.pop(integration.flavor, {}).values()), integration.package)

    def _accepts_version(self, integration: Integration, package: str, options: Options) -> bool:
        version = str(getattr(sys.modules.get(package), "__version__", ""))
        oldest, newest = integration.versions
        if not version or _numbers(oldest) <= _numbers(version) < _numbers(newest):
            return True
        place = f"{integration.flavor} {version}"
        if not options.silent and place not in self._reported:
            self._reported.add(place)
            what = "Nothing is logged" if options.disable_for_unsupported_versions else "Some may not be logged"
            _log.warning(
                "Autologging is made for %s ≥ %s and < %s (tested with %s), not for '%s'. %s.",
                package,
                oldest,
                newest,
                integration.tested,
                version,
                what,
            )
        return not options.disable_for_unsupported_versions

    def _wrap(self, integration: Integration, function: Callable[..., Any], hook: Hook) -> Callable[..., Any]:
        inside, flavor = tuple(f"{package}." for package in integration.packages), integration.flavor

        def is_watched(caller: FrameType) -> bool:
            if hook.is_part:
                outer = current_call()
                return outer is not None and outer.flavor == flavor and outer.outer is None
            return not is_busy() and not f"{caller.f_globals.get('__name__')}.".startswith(inside)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            caller = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller
            if not is_watched(caller):
                return function(*args, **kwargs)
            options = self.options(flavor)
            if options.disable:
                return function(*args, **kwargs)
            report = functools.partial(self.report, silent=options.silent)
            save = integration.save_model
            call = Call(flavor, function, args, kwargs, options, caller, report, save)
            return run_watched(call, hook.watcher)

        return wrapper


def configure(integration: Integration, options: Options, *, general: bool = False) -> None:
    """Put options in force for a flavor; `general` ones give way to those given to the flavor itself, at any time.

    Importing the library may come before or after.
    """
    _engine().configure(integration, options, general=general)


def make_call(flavor: str, options: Options) -> Call:
    """Return a call for logging that the user asked for by a callback, where nothing of a library is patched."""
    report = functools.partial(_engine().report, silent=options.silent)
    return Call(flavor, make_call, (), {}, options, sys._getframe(), report, None)  # noqa: SLF001 - of this function


def effective_options(flavor: str) -> Options:
    """Return the options in force for a flavor; those of one that was never asked to log have `disable`."""
    return _engine().options(flavor)


@cache
def _engine() -> Engine:
    return Engine()


def _numbers(version: str) -> tuple[int, ...]:
    digits = ["".join(character for character in part if character.isdigit()) for part in version.split(".")[:3]]
    return tuple(int(part) for part in digits if part)
