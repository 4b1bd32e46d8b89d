"""The console of this process as a log of one run.

The relay records it beside the journal. While the run lives, what is new is sent every second, so that it can be read;
at its end the whole log is kept as an artifact, by the journal. What a killed program recorded is left for
`sync_journals`, which `headwater sync` and the next exit of a program of this run call.
"""

import fcntl
import logging
import os
import threading
import time
from collections.abc import Collection
from pathlib import Path

import msgspec

from headwater import config
from headwater.capture.console import ConsoleCapture, RelayOptions
from headwater.capture.lines import format_lines
from headwater.capture.recording import Recording
from headwater.protocol.errors import EndpointNotFound, HeadwaterError, NotSupported
from headwater.protocol.logs import LOGS_FOLDER, AppendLog
from headwater.tracking.capture_choice import make_redactor, redact_patterns
from headwater.tracking.journal import Journal, journal_folder
from headwater.tracking.records import ArtifactFiles
from headwater.tracking.session import current_session, hide_password
from headwater.tracking.spool import write_pieces
from headwater.tracking.writer import RunWriter

SUFFIX = ".console"
SEND_S = 1.0
SEND_BYTES = 256 * 1024
LAST_BACKOFF_S = 30.0
STOP_S = 5.0

_ABOUT, _LOCK = "about.json", "lock"
_log = logging.getLogger(__name__)


class About(msgspec.Struct, frozen=True):
    """Which log a recording is, for whoever finds it."""

    run_id: str
    tracking_uri: str
    name: str


class ConsoleLog:
    """Records, sends and keeps this process's console, from `start` until `stop`."""

    def __init__(self, writer: RunWriter, name: str) -> None:
        self._writer = writer
        self._name = name
        folder = journal_folder(config.home()) / f"{writer.run_id}.{os.urandom(8).hex()}{SUFFIX}"
        self._recording = Recording(folder)
        self._lock = -1
        self._capture: ConsoleCapture | None = None
        self._is_over = threading.Event()
        self._sent = 0
        self._note = ""

    def start(self) -> None:
        """Begin; raise `OSError` if the system refuses, with the console as it was."""
        folder = self._recording.folder
        folder.mkdir(mode=0o700, parents=True)
        about = About(self._writer.run_id, hide_password(self._writer.uri), self._name)
        (folder / _ABOUT).write_bytes(msgspec.json.encode(about))
        self._lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        capture = ConsoleCapture(
            RelayOptions(folder, lock=self._lock, redact=config.REDACT.is_on(), patterns=redact_patterns())
        )
        try:
            capture.start()
        except BaseException:
            self._release()
            self._recording.remove()
            raise
        self._capture = capture
        threading.Thread(target=self._send_all, name="headwater-console", daemon=True).start()

    def note(self, text: str) -> None:
        """Add text at the end of the log that is not printed while it is recorded."""
        self._note = text

    def stop(self, timeout_s: float) -> None:
        """Give the console back and keep its log as an artifact; what cannot be kept in time is left to be synced."""
        capture, self._capture = self._capture, None
        if capture is None:
            return
        is_complete = capture.stop(min(timeout_s, STOP_S))
        self._is_over.set()
        if is_complete or capture.is_broken:
            self._write_note()
            if self._recording.exists():
                self._writer.log_pieces(self._recording.pieces(), f"{LOGS_FOLDER}/{self._name}")
            self._recording.remove()
        self._release()

    def abandon(self) -> None:
        """Let go of the parent's files in a forked child."""
        if self._capture is not None:
            self._capture.abandon()
            self._capture = None
        self._release()

    def _write_note(self) -> None:
        if self._note:
            lines = make_redactor().redact(self._note).splitlines()
            self._recording.write(self._recording.size(), format_lines(time.time(), "err", lines).encode())

    def _release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _send_all(self) -> None:
        """Send what is new until the end; a store that cannot be reached misses only the live view."""
        capture = self._capture
        pause = SEND_S
        wait_until = 0.0
        while capture is not None and not self._is_over.is_set():
            if capture.wait_broken(SEND_S):
                if capture.is_broken:
                    _log.warning("The console of run '%s' is recorded no more: its relay ended.", self._writer.run_id)
                return
            if time.monotonic() < wait_until:
                continue
            try:
                self._send_new()
                pause = SEND_S
            except (EndpointNotFound, NotSupported):
                return  # an older server: the log comes at the end
            except HeadwaterError as error:
                _log.debug("The live console of run '%s' waits: %s", self._writer.run_id, error)
                wait_until = time.monotonic() + pause
                pause = min(2 * pause, LAST_BACKOFF_S)

    def _send_new(self) -> None:
        store = current_session().store_for_start(self._writer.uri)
        while self._sent < self._recording.size() and not self._is_over.is_set():
            begin, data = self._recording.read(self._sent, SEND_BYTES)
            if not data:
                return
            store.logs.append(AppendLog(self._writer.run_id, self._name, begin, data))
            self._sent = begin + len(data)


def adopt_left_consoles(folder: Path, run_ids: Collection[str] | None) -> None:
    """Turn the recordings of killed programs into journals, which are shipped like any other."""
    for path in folder.glob(f"*{SUFFIX}"):
        if run_ids is not None and path.name.partition(".")[0] not in run_ids:
            continue
        try:
            about = msgspec.json.decode((path / _ABOUT).read_bytes(), type=About)
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except (OSError, msgspec.MsgspecError):
            continue  # being made, being removed, or not ours
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _keep(folder, about, Recording(path))
        except BlockingIOError:
            continue  # its program, or the relay of it, is alive
        finally:
            os.close(lock)


def _keep(folder: Path, about: About, recording: Recording) -> None:
    if recording.exists():
        spool = folder / f"{about.run_id}.{os.urandom(8).hex()}.files"
        spool.mkdir(mode=0o700)
        write_pieces(spool / "0", recording.pieces())
        journal = Journal.create(folder, about.run_id, about.tracking_uri)
        journal.append(ArtifactFiles(spool.name, [(f"{LOGS_FOLDER}/{about.name}", "0")]))
        journal.close()
    recording.remove()
