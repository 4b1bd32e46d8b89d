"""Capturing what a process prints: from its Python streams, its C libraries and its child processes.

Where a stream writes to the process's own descriptor 1 or 2, the descriptor is led through the relay; elsewhere (a
notebook, a test runner) the stream's `write` is followed. Both stay what they were for everybody else.
"""

import fcntl
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import headwater.capture
from headwater.capture.relay import FINISH, READY, copy_size, write_all

PIPE_BYTES = 1 << 20
READY_S = 5.0  # within which the relay must be there, or the console is given back

# The relay gets the package as bare folders, so that it starts in milliseconds without importing all of it.
_START = (
    "import sys, types\n"
    "for name, folder in (('headwater', {root!r}), ('headwater.capture', {capture!r})):\n"
    "    sys.modules[name] = types.ModuleType(name); sys.modules[name].__path__ = [folder]\n"
    "from headwater.capture.relay import main\n"
    "main(sys.argv[1])\n"
)


@dataclass(frozen=True)
class RelayOptions:
    """What the relay needs to know: where it records, and what it hides."""

    folder: Path
    lock: int = -1  # a descriptor that the relay holds open as long as it records
    redact: bool = True
    patterns: list[str] = field(default_factory=list)


class Substitute:
    """Does what a dead relay did not, in a thread: passes on until nobody writes any more.

    What is still led to the relay is a print that was waiting for it, and what child processes print.
    """

    def __init__(self, source: int, target: int) -> None:
        self._source = source
        self._target = target
        self._busy = threading.Lock()
        self._thread = threading.Thread(target=self._pass_on, name="headwater-console-rest", daemon=True)
        self._thread.start()

    def wait_empty(self, timeout_s: float) -> None:
        """Wait until everything written so far has been passed on."""
        deadline = time.monotonic() + timeout_s
        while self._thread.is_alive() and time.monotonic() < deadline:
            with self._busy:
                if not select.select([self._source], [], [], 0)[0]:
                    return
            time.sleep(0.001)

    def _pass_on(self) -> None:
        with suppress(OSError):
            while select.select([self._source], [], [])[0]:
                with self._busy:
                    data = os.read(self._source, 65536)
                    if not data or not write_all(self._target, data):
                        return


class ConsoleCapture:
    """Lead this process's output through a relay, from `start` until `stop`."""

    def __init__(self, options: RelayOptions) -> None:
        self._options = options
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._saved: dict[int, int] = {}  # standard descriptor → what it was
        self._sources: list[int] = []  # the relay's ends: kept, so that the program never writes into a broken pipe
        self._diverted: list[tuple[int, int]] = []  # source and standard descriptor
        self._followed: list[Callable[[], None]] = []
        self._control: socket.socket | None = None
        self._is_broken = False
        self._substitutes: list[Substitute] = []
        self._ready_until = 0.0  # 0 when the relay is there

    def start(self) -> None:
        """Begin; raise `OSError` if the system refuses, with everything as it was."""
        flush_streams()
        self._ready_until = time.monotonic() + READY_S
        control, theirs = socket.socketpair()
        self._control = control
        opened = [theirs.detach()]
        channels: list[tuple[str, int, int]] = []
        terminals: list[tuple[int, int]] = []
        try:
            for descriptor, name, stream in self._find_streams():
                source, sink = self._open_pair(descriptor if descriptor else -1, terminals)
                self._sources.append(source)
                if descriptor:
                    self._diverted.append((source, descriptor))
                    channels.append((name, source, self._divert(descriptor, sink)))
                else:
                    channels.append((name, source, -1))
                    self._followed.append(_follow(stream, sink))
            if channels:
                self._launch(opened[0], channels, terminals)
        except BaseException:
            self._restore()
            raise
        finally:
            for descriptor in opened:
                os.close(descriptor)

    @property
    def is_broken(self) -> bool:
        """Return whether the relay ended before it was stopped."""
        return self._is_broken

    def wait_broken(self, timeout_s: float) -> bool:
        """Wait, and return whether the relay died or never came; then the console is as it was before."""
        control = self._control
        if control is None:
            return True
        has_news = False
        with suppress(OSError, ValueError):  # closed by `stop` meanwhile
            has_news = bool(select.select([control], [], [], timeout_s)[0])
        with self._lock:
            if self._control is not control:
                return True
            if has_news and _receive(control) == READY:
                self._ready_until = 0.0
            elif has_news or 0 < self._ready_until < time.monotonic():
                self._is_broken = True
                self._restore(is_broken=True)
            return self._is_broken

    def stop(self, timeout_s: float) -> bool:
        """Make the console what it was; return whether everything printed until now has been recorded."""
        if self._pid != os.getpid():
            return False
        flush_streams()
        for substitute in self._substitutes:
            substitute.wait_empty(timeout_s)
        with self._lock:
            control, self._control = self._control, None
            if control is None:
                return False
            self._put_back()
            try:
                control.settimeout(timeout_s)
                control.send(FINISH)
                answer = control.recv(1)
                return (control.recv(1) if answer == READY else answer) == FINISH
            except OSError:
                return False
            finally:
                control.close()
                self._close_sources()

    def abandon(self) -> None:
        """Let go of what only the parent needs, in a forked child; its output goes on through the parent's relay."""
        if self._control is not None:
            self._control.close()
            self._control = None
        self._close_sources()
        for saved in self._saved.values():
            os.close(saved)
        self._saved.clear()

    def _find_streams(self) -> list[tuple[int, str, TextIO]]:
        """Return each stream with the descriptor to divert, 0 to follow its `write`; one for both if they are one."""
        found: list[tuple[int, str, TextIO]] = []
        for descriptor, name, stream in ((1, "out", sys.stdout), (2, "err", sys.stderr)):
            if stream is None:
                continue
            if _descriptor_of(stream) == descriptor:
                found.append((descriptor, name, stream))
            elif not found or found[0][2] is not stream:
                found.append((0, name, stream))
        if [descriptor for descriptor, _, _ in found] == [1, 2] and _is_same_file(1, 2):
            del found[1]  # 2 is led where 1 is, which keeps the order in which both are written
        return found

    def _open_pair(self, descriptor: int, terminals: list[tuple[int, int]]) -> tuple[int, int]:
        if descriptor < 0 or not os.isatty(descriptor):
            source, sink = os.pipe()
            with suppress(AttributeError, OSError):  # where it is possible: a larger pipe makes waiting rarer
                fcntl.fcntl(sink, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            return source, sink
        import termios  # needed on terminals only
        import tty

        source, sink = os.openpty()
        tty.setraw(sink, termios.TCSANOW)
        copy_size(descriptor, sink)
        terminals.append((source, descriptor))
        return source, sink

    def _divert(self, descriptor: int, sink: int) -> int:
        """Let the standard descriptor write into `sink`, which is closed; return what it was."""
        saved = os.dup(descriptor)
        self._saved[descriptor] = saved
        if descriptor == 1 and _descriptor_of(sys.stderr) == 2 and _is_same_file(1, 2):
            self._saved[2] = os.dup(2)
            os.dup2(sink, 2)
        os.dup2(sink, descriptor)
        os.close(sink)
        return saved

    def _launch(self, control: int, channels: list[tuple[str, int, int]], terminals: list[tuple[int, int]]) -> None:
        options = self._options
        arguments: dict[str, Any] = {
            "channels": channels,
            "control": control,
            "folder": str(options.folder),
            "terminals": [(ours, self._saved[real]) for ours, real in terminals],
            "redact": options.redact,
            "patterns": options.patterns,
        }
        capture = Path(headwater.capture.__file__).parent
        needed = {control, options.lock, *self._saved.values(), *self._sources} - {-1}
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _START.format(root=str(capture.parent), capture=str(capture)),
             json.dumps(arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=needed,
        )  # fmt: skip
        threading.Thread(target=process.wait, name="headwater-relay-start", daemon=True).start()

    def _put_back(self) -> None:
        for descriptor, saved in self._saved.items():
            os.dup2(saved, descriptor)
            os.close(saved)
        self._saved.clear()
        for undo in self._followed:
            undo()
        self._followed.clear()

    def _restore(self, *, is_broken: bool = False) -> None:
        """Undo everything; in the place of a dead relay, a thread passes on what is still led to it."""
        self._put_back()
        if is_broken:
            for source, descriptor in self._diverted:
                self._sources.remove(source)
                self._substitutes.append(Substitute(source, os.dup(descriptor)))
        self._close_sources()
        if self._control is not None:
            self._control.close()
            self._control = None

    def _close_sources(self) -> None:
        for source in self._sources:
            os.close(source)
        self._sources.clear()


def _receive(control: socket.socket) -> bytes:
    try:
        return control.recv(1)
    except OSError:
        return b""


def flush_streams() -> None:
    """Write out what Python holds back of its streams."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a closed stream, or a signal handler that interrupts a flush
            stream.flush()


def _descriptor_of(stream: TextIO) -> int:
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return -1


def _is_same_file(one: int, other: int) -> bool:
    first, second = os.fstat(one), os.fstat(other)
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def _follow(stream: TextIO, sink: int) -> Callable[[], None]:
    """Copy what is written to a Python stream into `sink`; return how to undo it."""
    write = stream.write

    def write_and_copy(text: str) -> int:
        written = write(text)
        with suppress(OSError, ValueError, AttributeError):
            os.write(sink, text.encode("utf-8", "replace"))
        return written

    def undo() -> None:
        if stream.__dict__.get("write") is write_and_copy:
            del stream.write  # the instance's own attribute, which hides the class's
        os.close(sink)

    stream.write = write_and_copy  # type: ignore[method-assign]  # also for those who hold the stream already
    return undo
