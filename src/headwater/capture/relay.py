"""The relay: a small process between a program and its console, which passes everything on and records it.

It is a process of its own so that a crash, a `kill -9` or a C library that prints while it holds the interpreter lock
loses no output and never waits for Python. It ends when the last program holding the other end has ended.
"""

import json
import os
import select
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from headwater import config
from headwater.capture.lines import LineAssembler, format_lines
from headwater.capture.recording import HEAD_SEGMENTS, SEGMENT_BYTES, Recording, gap_note
from headwater.capture.redaction import Redactor, find_secret_values
from headwater.capture.styles import keep_styles

CHUNK_BYTES = 65536
BACKLOG_BYTES = 8 << 20  # what may wait to be recorded when a program prints faster than lines can be cut
IDLE_S = 0.5

READY = b"r"
"""Sent by the relay: it is there."""

FINISH = b"f"
"""Sent by the program: record what was printed until now, then only pass on. Answered by the same byte."""


class Channel:
    """One stream of the program: where it comes from, where it goes, and its lines."""

    def __init__(self, name: str, source: int, echo: int, redactor: Redactor) -> None:
        self.name = name
        self.source = source
        self.echo = echo
        self.lines = LineAssembler()
        self.redact = keep_styles(redactor.follow())

    def receive(self) -> bytes:
        """Return what has arrived, nothing at the end; pass it on first."""
        try:
            data = os.read(self.source, CHUNK_BYTES)
        except BlockingIOError:
            return b""
        except OSError:  # a terminal whose last writer is gone
            return b""
        if data and self.echo >= 0 and not write_all(self.echo, data):
            self.echo = -1
        return data


class Relay:
    """Pass on and record until every channel has ended."""

    def __init__(self, channels: list[Channel], control: int, folder: Path) -> None:
        self._open = {channel.source: channel for channel in channels}
        self._channels = channels
        self._control = control
        self._recording = Recording(folder)
        self._position = 0
        self._backlog: deque[tuple[float, Channel, bytes]] = deque()
        self._backlog_bytes = 0
        self._left_out = 0
        self._is_recording = True

    def run(self) -> None:
        """Work until the end; returns when nobody can write any more."""
        poll = select.poll()
        for descriptor in (*self._open, self._control):
            poll.register(descriptor, select.POLLIN)
        while self._open:
            ready = poll.poll(0 if self._backlog else IDLE_S * 1000)
            for descriptor, _ in ready:
                if descriptor == self._control:
                    poll.unregister(self._control)
                    self._obey()
                elif not self._receive(self._open[descriptor]):
                    poll.unregister(descriptor)
                    del self._open[descriptor]
            if not ready:
                self._record_some()
            elif self._position < HEAD_SEGMENTS * SEGMENT_BYTES:
                self._record_backlog()  # the beginning is kept whole, whatever it costs
        self._finish()

    def _receive(self, channel: Channel) -> bool:
        data = channel.receive()
        if data and self._is_recording:
            self._backlog.append((time.time(), channel, data))
            self._backlog_bytes += len(data)
            while self._backlog_bytes > BACKLOG_BYTES:
                self._drop(len(self._backlog.popleft()[2]))
        return bool(data)

    def _drop(self, size: int) -> None:
        self._backlog_bytes -= size
        self._left_out += size

    def _record_some(self) -> None:
        if self._backlog:
            self._write(self._next_lines())
        else:
            now = time.monotonic()
            self._write(b"".join(_format(time.time(), channel, channel.lines.flush(now)) for channel in self._channels))

    def _record_backlog(self) -> None:
        lines = []
        while self._backlog:
            lines.append(self._next_lines())
        self._write(b"".join(lines))

    def _next_lines(self) -> bytes:
        moment, channel, data = self._backlog.popleft()
        self._backlog_bytes -= len(data)
        note = gap_note(self._left_out) if self._left_out else b""
        self._left_out = 0
        return note + _format(moment, channel, channel.lines.feed(data, time.monotonic()))

    def _write(self, data: bytes) -> None:
        if not data or not self._is_recording:
            return
        try:
            self._recording.write(self._position, data)
        except OSError:  # the disk is full: the program goes on, and so does its console
            self._left_out += len(data)
            return
        self._position += len(data)

    def _obey(self) -> None:
        """Do what the program asks; without it, if it has gone silently, go on until nobody writes."""
        try:
            message = os.read(self._control, 1)
        except OSError:  # the program was killed
            return
        if message != FINISH:
            return
        for channel in self._open.values():
            os.set_blocking(channel.source, False)
            while self._receive(channel):
                pass
            os.set_blocking(channel.source, True)
        self._finish()
        _tell(self._control, FINISH)

    def _finish(self) -> None:
        self._record_backlog()
        now = time.monotonic()
        rest = [_format(time.time(), channel, channel.lines.flush(now, final=True)) for channel in self._channels]
        self._write(b"".join(rest))
        self._is_recording = False


def _format(moment: float, channel: Channel, lines: list[str]) -> bytes:
    return format_lines(moment, channel.name, channel.redact(lines)).encode("utf-8", "replace") if lines else b""


def main(arguments: str) -> None:
    """Run as the relay that `arguments`, in JSON, describes."""
    if os.fork():  # so that the program is not the parent of a process it knows nothing of
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    given = json.loads(arguments)
    _follow_size(given["terminals"])
    redactor = Redactor(find_secret_values(config.environment()), given["patterns"], is_on=given["redact"])
    _tell(given["control"], READY)
    channels = [Channel(name, source, echo, redactor) for name, source, echo in given["channels"]]
    Relay(channels, given["control"], Path(given["folder"])).run()


def _follow_size(terminals: list[list[int]]) -> None:
    """Give our terminals the size of the real ones, now and whenever it changes."""
    if not terminals:
        return

    def copy(*_: object) -> None:
        for ours, real in terminals:
            copy_size(real, ours)

    signal.signal(signal.SIGWINCH, copy)
    copy()


def copy_size(real: int, ours: int) -> None:
    """Give the terminal `ours` the size of `real`."""
    import fcntl  # with termios, needed on terminals only
    import termios

    try:
        size = fcntl.ioctl(real, termios.TIOCGWINSZ, bytes(8))
        fcntl.ioctl(ours, termios.TIOCSWINSZ, size)
    except OSError:
        return


def _tell(control: int, message: bytes) -> None:
    with suppress(OSError):  # the program may have ended already; its output is still here
        os.write(control, message)


def write_all(descriptor: int, data: bytes) -> bool:
    """Write everything, waiting as long as the reader does; return whether there still is a reader."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            select.select([], [descriptor], [])
        except OSError:
            return False
    return True


if __name__ == "__main__":
    main(sys.argv[1])
