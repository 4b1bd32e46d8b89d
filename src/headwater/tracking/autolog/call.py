"""One call of a patched function: what it was given, what became of it, and our own errors kept away from it."""

import inspect
import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, lru_cache
from types import FrameType, TracebackType
from typing import Any, TypeAlias

from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog.options import Options

Watch: TypeAlias = Generator[None, None, None]
Watcher: TypeAlias = Callable[["Call"], Watch]
Report: TypeAlias = Callable[[str, Exception], None]
SaveModel: TypeAlias = Callable[["Call", ActiveRun, Any], None]

_BUSY: ContextVar["Call | bool"] = ContextVar("headwater_autolog_busy", default=False)
"""The watched call that is going on, if any; True where nothing is to be logged."""

_log = logging.getLogger(__name__)


class Call:
    """A call that is watched: a watcher runs up to its `yield`, the user's function is called, the watcher goes on.

    Attributes:
        flavor: whose hook it is.
        function: the library's own function.
        args, kwargs: what the user gave; what the watcher changes before its `yield` is what the function gets.
        options: the options in force.
        outer: the watched call that this one is a part of, for a hook that says so.
        run: the run that the call logs to, once it is known.
        last_step: the step of the last metrics, at which a model is as it is when the call returns.
        caller: the frame that called.
        result: what the function returned, after the `yield`.
        error: what it raised, after the `yield`; the user gets it whatever the watcher does.
    """

    def __init__(
        self,
        flavor: str,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        options: Options,
        caller: FrameType,
        report: Report,
        save_model: SaveModel | None,
    ) -> None:
        self.flavor = flavor
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.options = options
        self.caller = caller
        self.outer = current_call()
        self.run: ActiveRun | None = None
        self.last_step = 0
        self.result: Any = None
        self.error: BaseException | None = None
        self._report = report
        self._save_model = save_model

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The arguments by the names of their parameters, as they were given; empty if they do not fit."""
        try:
            return dict(_signature(self.function).bind(*self.args, **self.kwargs).arguments)
        except TypeError:
            return {}

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The arguments by name and, of those that were not given, the default values; empty if they do not fit."""
        try:
            bound = _signature(self.function).bind(*self.args, **self.kwargs)
        except TypeError:
            return {}
        bound.apply_defaults()
        found = dict(bound.arguments)
        for parameter in _signature(self.function).parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                found.update(found.pop(parameter.name))
        return found

    def give(self, name: str, value: Any) -> None:
        """Give the function another value for one of its parameters, before the `yield`."""
        place = list(_signature(self.function).parameters).index(name)
        if place < len(self.args):
            self.args = (*self.args[:place], value, *self.args[place + 1 :])
        else:
            self.kwargs[name] = value

    def step(self, name: str) -> "Step":
        """Do one part of the work in a `with` block: if it fails, say so once and go on after the block."""
        return Step(f"{self.flavor}: {name}", self._report)

    def keep_model(self, run: ActiveRun, model: Any) -> None:
        """Keep a trained model with the run if the user wants it and the flavor can save one."""
        if self.options.log_models and self._save_model is not None:
            with self.step("model"):
                self._save_model(self, run, model)

    def tell(self, message: str, *values: object) -> None:
        """Log something that the user may like to know, unless autologging is to be silent."""
        _log.log(logging.DEBUG if self.options.silent else logging.INFO, message, *values)


class Step:
    """A border: an exception of ours ends here, and is reported."""

    def __init__(self, name: str, report: Report) -> None:
        self._name = name
        self._report = report

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False  # nothing happened, or the user interrupts
        self._report(self._name, error)
        return True


@contextmanager
def quiet() -> Iterator[None]:
    """Let nothing be logged by itself within the block: its calls belong to something that logs on its own."""
    token = _BUSY.set(True)
    try:
        yield
    finally:
        _BUSY.reset(token)


def is_busy() -> bool:
    """Return whether a watched call is going on in this thread or task."""
    return bool(_BUSY.get())


def current_call() -> "Call | None":
    """Return the watched call that is going on in this thread or task, the innermost one."""
    found = _BUSY.get()
    return found if isinstance(found, Call) else None


def run_watched(call: Call, watcher: Watcher) -> Any:
    """Call the user's function once, with the watcher around it, and return or raise what it does."""
    token = _BUSY.set(call)
    try:
        watch = _start(call, watcher)
        try:
            call.result = call.function(*call.args, **call.kwargs)
        except BaseException as error:
            call.error = error
            _finish(call, watch)
            raise
        _finish(call, watch)
        return call.result
    finally:
        call.error = None  # a traceback would keep the caller's frames
        _BUSY.reset(token)


def _start(call: Call, watcher: Watcher) -> Watch | None:
    args, kwargs = call.args, dict(call.kwargs)
    with call.step(f"before {call.function.__qualname__}"):
        watch = watcher(call)
        next(watch)
        return watch
    call.args, call.kwargs = args, kwargs
    return None


def _finish(call: Call, watch: Watch | None) -> None:
    if watch is None:
        return
    with call.step(f"after {call.function.__qualname__}"):
        next(watch, None)
        watch.close()


@lru_cache(1024)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)
