"""What a project's process prints: passed on at once if wanted, readable live, kept as a log of the run."""

import os
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, TextIO

from headwater.capture.lines import LineAssembler, format_lines
from headwater.capture.recording import Recording
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.logs import LOGS_FOLDER, AppendLog
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.capture_choice import make_redactor
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter

if TYPE_CHECKING:
    import subprocess

NAME = "project.log"
SEND_S = 1.0
SEND_BYTES = 256 * 1024
JOIN_S = 5.0
_READ_BYTES = 65536


class ChildLog:
    """Follows both streams of a process in threads of its own until `close`."""

    def __init__(self, writer: RunWriter, process: "subprocess.Popen[bytes]", *, is_shown: bool = True) -> None:
        self._writer = writer
        self._is_shown = is_shown
        self._folder = temporary_folder()
        self._recording = Recording(self._folder / "log")
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        streams = ((process.stdout, sys.stdout, "out"), (process.stderr, sys.stderr, "err"))
        self._readers = [threading.Thread(target=self._follow, args=stream, daemon=True) for stream in streams]
        self._sender = threading.Thread(target=self._send_all, name="headwater-project-log", daemon=True)
        for thread in (*self._readers, self._sender):
            thread.start()

    def close(self) -> None:
        """Keep what was printed as an artifact of the run."""
        for thread in self._readers:
            thread.join(JOIN_S)
        self._is_over.set()
        self._sender.join(JOIN_S)
        if self._recording.exists():
            self._writer.log_pieces(self._recording.pieces(), f"{LOGS_FOLDER}/{NAME}")
        self._recording.remove()
        self._folder.rmdir()

    def _follow(self, source: "IO[bytes]", target: TextIO, stream: str) -> None:
        lines, redact = LineAssembler(), make_redactor().follow()
        while data := os.read(source.fileno(), _READ_BYTES):
            if self._is_shown:
                target.write(data.decode("utf-8", "replace"))
                target.flush()
            self._add(stream, redact(lines.feed(data, time.monotonic())))
        source.close()
        self._add(stream, redact(lines.flush(time.monotonic(), final=True)))

    def _add(self, stream: str, lines: list[str]) -> None:
        if lines:
            with self._lock:
                self._recording.write(self._recording.size(), format_lines(time.time(), stream, lines).encode())

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
