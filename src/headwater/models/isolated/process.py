"""The other end of `child`: a process that has a model, and what is asked of it."""

import builtins
import os
import subprocess
import threading
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

from headwater import config
from headwater.environments import Held
from headwater.models.isolated import child
from headwater.models.isolated.command import headwater_command
from headwater.models.isolated.wire import receive, send
from headwater.protocol.errors import ERRORS, HeadwaterError, TemporarilyUnavailable

_END_S = 5.0
_NOT_INHERITED = frozenset({"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"})


class ModelProcess:
    """A process in an environment of its own, with one model; started anew after a fork or a crash.

    Its methods may be called from several threads, which wait for each other.

    Args:
        held: the environment, which this keeps in use.
        load: what the process is told to load, as `load_model` takes it.
        extra_envs: environment variables for the process, besides those of this one.
    """

    def __init__(self, held: Held, load: Mapping[str, Any], extra_envs: Mapping[str, str] | None = None) -> None:
        self._held = held
        self._load = dict(load)
        self._variables = {key: value for key, value in config.environment().items() if key not in _NOT_INHERITED}
        self._variables |= extra_envs or {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def start(self) -> None:
        """Start the process and load the model in it; errors of the loading go to the caller."""
        with self._lock:
            self._running()

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return what the model in the process predicts."""
        with self._lock:
            process = self._running()
            return self._ask(process, "predict", {"data": data, "params": _plain(params)})

    def predict_stream(self, data: Any, params: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """Yield what the model in the process yields; other threads wait until that ends."""
        with self._lock:
            process = self._running()
            is_finished = False
            try:
                self._send(process, "stream", {"data": data, "params": _plain(params)})
                while True:
                    kind, value = self._receive(process)
                    if kind != "part":
                        is_finished = True
                        return
                    yield value
            except HeadwaterError:
                is_finished = True
                raise
            finally:
                if not is_finished:  # what is still on its way would be taken for the next answer
                    self._end()

    def close(self) -> None:
        """End the process; the next call starts a new one."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            _end_process(process)

    def _running(self) -> "subprocess.Popen[bytes]":
        """Return the process with its model loaded; one that was started before a fork is left to the other side."""
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        process = subprocess.Popen(
            headwater_command(self._held, child.__name__),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._variables,
        )
        weakref.finalize(self, _end_process, process)
        self._process, self._owner = process, os.getpid()
        try:
            self._ask(process, "load", self._load)
        except BaseException:
            self._end()
            raise
        return process

    def _ask(self, process: "subprocess.Popen[bytes]", kind: str, value: Any) -> Any:
        self._send(process, kind, value)
        return self._receive(process)[1]

    def _send(self, process: "subprocess.Popen[bytes]", kind: str, value: Any) -> None:
        assert process.stdin is not None
        try:
            send(process.stdin, kind, value)  # type: ignore[arg-type]  # a pipe
        except BrokenPipeError as error:
            raise self._ended(process) from error

    def _receive(self, process: "subprocess.Popen[bytes]") -> tuple[str, Any]:
        assert process.stdout is not None
        try:
            kind, value = receive(process.stdout)  # type: ignore[arg-type]
        except EOFError as error:
            raise self._ended(process) from error
        except BaseException:  # interrupted: the answer that is on its way would be taken for the next one
            self._end()
            raise
        if kind == "error":
            raise _rebuild(value)
        return kind, value

    def _ended(self, process: "subprocess.Popen[bytes]") -> TemporarilyUnavailable:
        status = process.wait()
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        return TemporarilyUnavailable(
            f"The model's own process {how}. See what it printed; it may have needed more memory. Calling again "
            "starts a new one."
        )


def _plain(params: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if params is None else dict(params)


def _end_process(process: "subprocess.Popen[bytes]") -> None:
    """Let a process end by itself, which it does when its input ends; else kill it."""
    for stream in (process.stdin, process.stdout):
        try:
            if stream is not None:
                stream.close()
        except OSError:  # what was to be written is wanted no longer
            continue
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _rebuild(described: Mapping[str, str]) -> Exception:
    """Return the error of the other process: of the same class if it is Headwater's or Python's own."""
    message, name = described["message"], described["type"]
    kind: Any = ERRORS.get(described["code"]) or getattr(builtins, name, None)
    is_simple = isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, UnicodeError | OSError)
    error = kind(message) if is_simple else HeadwaterError(f"The model failed: {name}: {message}")
    error.add_note(f"In the model's own process:\n{described['traceback']}")
    return error
