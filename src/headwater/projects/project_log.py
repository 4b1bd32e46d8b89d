"""What a project prints, wherever it runs: passed on at once if wanted, readable live, kept as a log of the run."""

import codecs
import os
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, TextIO

from headwater.capture.lines import LineAssembler, format_lines
from headwater.capture.recording import Recording
from headwater.capture.styles import keep_styles
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.logs import LOGS_FOLDER, AppendLog
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.capture_choice import make_redactor
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter

if TYPE_CHECKING:
    import subprocess

NAME = "project.log"
OUT, ERR = "out", "err"
SEND_S = 1.0
SEND_BYTES = 256 * 1024
JOIN_S = 5.0
_READ_BYTES = 65536


class ProjectLog:
    """Takes what a project prints on its two streams, "out" and "err", until `close`. Thread-safe."""

    def __init__(self, writer: RunWriter, *, is_shown: bool = True) -> None:
        self._writer = writer
        self._folder = temporary_folder()
        self._recording = Recording(self._folder / "log")
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        targets = {OUT: sys.stdout, ERR: sys.stderr}
        self._streams = {name: _Stream(target if is_shown else None) for name, target in targets.items()}
        self._readers: list[threading.Thread] = []
        self._sender = threading.Thread(target=self._send_all, name="headwater-project-log", daemon=True)
        self._sender.start()

    def follow(self, process: "subprocess.Popen[bytes]") -> None:
        """Take everything that a process prints, in threads of its own."""
        for name, source in ((OUT, process.stdout), (ERR, process.stderr)):
            if source is not None:
                thread = threading.Thread(target=self._read_all, args=(source, name), daemon=True)
                thread.start()
                self._readers.append(thread)

    def feed(self, name: str, data: bytes) -> None:
        """Take what was printed on a stream."""
        stream = self._streams[name]
        with self._lock:
            stream.show(data)
            self._add(name, stream.redact(stream.lines.feed(data, time.monotonic())))

    def say(self, text: str) -> None:
        """Add a line of our own on "err"."""
        self.feed(ERR, f"{text}\n".encode())

    def join(self) -> None:
        """Wait until everything is taken of the processes that are followed, which have ended."""
        for thread in self._readers:
            thread.join(JOIN_S)
        self._readers.clear()

    def close(self) -> None:
        """Keep what was printed as an artifact of the run."""
        self.join()
        with self._lock:
            for name, stream in self._streams.items():
                self._add(name, stream.redact(stream.lines.flush(time.monotonic(), final=True)))
        self._is_over.set()
        self._sender.join(JOIN_S)
        if self._recording.exists():
            self._writer.log_pieces(self._recording.pieces(), f"{LOGS_FOLDER}/{NAME}")
        self._recording.remove()
        self._folder.rmdir()

    def _read_all(self, source: "IO[bytes]", name: str) -> None:
        while data := os.read(source.fileno(), _READ_BYTES):
            self.feed(name, data)
        source.close()

    def _add(self, name: str, lines: list[str]) -> None:
        if lines:
            self._recording.write(self._recording.size(), format_lines(time.time(), name, lines).encode())

    def _send_all(self) -> None:
        """Send what is new every second; where that fails, the log comes at the end."""
        sent = 0
        while not self._is_over.wait(SEND_S):
            with self._lock:
                begin, data = self._recording.read(sent, SEND_BYTES)
            if not data:
                continue
            try:
                store = current_session().store(self._writer.uri)
                store.logs.append(AppendLog(self._writer.run_id, NAME, begin, data))
            except HeadwaterError:
                return
            sent = begin + len(data)


class _Stream:
    """One stream: its lines so far, and where it is shown, if at all."""

    def __init__(self, target: TextIO | None) -> None:
        self.lines = LineAssembler()
        self.redact = keep_styles(make_redactor().follow())
        self._target = target
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def show(self, data: bytes) -> None:
        if self._target is not None:
            self._target.write(self._decoder.decode(data))
            self._target.flush()
