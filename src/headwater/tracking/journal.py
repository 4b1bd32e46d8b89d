"""The journal: one process's log of one run, appended to local disk before a log call returns.

`$HEADWATER_HOME/journal/<run_id>.<journal_id>.hwj` is readable by its owner only and locked while its writer lives.
When the disk is full, records wait in memory (up to 64 MiB) and are shipped from there.
"""

import fcntl
import logging
import os
import threading
import time
from pathlib import Path
from typing import NamedTuple, Self

from headwater.tracking.frames import MAGIC, Damage, DamagedFrame, decode_header, encode_frame, iter_frames
from headwater.tracking.records import Header, Record, Skipped

SUFFIX = ".hwj"
UNFINISHED = ".new"
CHUNK_BYTES = 4 * 1024 * 1024
OVERFLOW_BYTES = 64 * 1024 * 1024
RETRY_DISK_S = 1.0

_log = logging.getLogger(__name__)


class JournalClosed(Exception):  # caught by the session, which opens another journal
    """Say that this journal takes no more records."""


class JournalContent(NamedTuple):
    """A journal as read from disk: every complete record before the first damage, and the damage."""

    header: Header | None
    records: list[Record]
    damage: Damage | None

    @property
    def last_seq(self) -> int:
        """Return how many records these are, with those that were shipped from memory."""
        return sum(record.count if isinstance(record, Skipped) else 1 for record in self.records)


def journal_folder(home: Path) -> Path:
    """Return the folder of journals below Headwater's folder, without creating it."""
    return home / "journal"


def journal_paths(home: Path) -> list[Path]:
    """Return the journals below Headwater's folder, in no order."""
    return list(journal_folder(home).glob(f"*{SUFFIX}"))


def read_journal(path: Path) -> JournalContent:
    """Read a journal, live or left behind; never raise for what is in it."""
    data = path.read_bytes()
    records: list[Record] = []
    try:
        header, end = decode_header(data)
    except DamagedFrame as error:
        return JournalContent(None, records, error.damage)
    try:
        for following, record in iter_frames(data, end):
            records.append(record)
            end = following
    except DamagedFrame as error:
        return JournalContent(header, records, error.damage)
    tail = Damage(end, f"{len(data) - end} bytes of an incomplete frame") if end < len(data) else None
    return JournalContent(header, records, tail)


class Journal:
    """One journal that this process owns, with the position up to which it has been shipped.

    `append` may be called from any thread and from a signal handler; `peek`, `advance` and `seek` belong to the
    shipper.
    """

    def __init__(
        self, path: Path, header: Header, *, fsync: bool = False, overflow_bytes: int = OVERFLOW_BYTES
    ) -> None:
        self.path = path
        self.header = header
        self.last_seq = 0
        self.shipped_seq = 0
        self.dropped = 0
        self.damage: Damage | None = None
        self._fsync = fsync
        self._overflow_bytes = overflow_bytes
        self._lock = threading.RLock()
        self._descriptor = -1
        self._start = 0
        self._size = 0
        self._shipped = 0  # offset in file + waiting
        self._waiting = bytearray()
        self._skipped = 0  # records shipped from memory that the file lacks
        self._retry_at = 0.0
        self._closed = False

    @classmethod
    def create(cls, folder: Path, run_id: str, tracking_uri: str, *, fsync: bool = False) -> Self:
        """Start a journal for a run; if the disk refuses, records wait in memory until it accepts."""
        journal_id = os.urandom(16).hex()
        header = Header(journal_id, run_id, tracking_uri, os.getpid(), time.time_ns() // 1_000_000)
        journal = cls(folder / f"{run_id}.{journal_id}{SUFFIX}", header, fsync=fsync)
        try:
            journal._open_new()
        except OSError as error:
            journal._report_full(error)
        return journal

    @classmethod
    def adopt(cls, path: Path) -> Self:
        """Take over a journal whose process is gone.

        Raises `BlockingIOError` while its process lives, `DamagedFrame` if it has no readable header. Damage further
        inside is kept in `damage`; the records before it can be shipped.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            data = path.read_bytes()
            header, start = decode_header(data)
        except BaseException:
            os.close(descriptor)
            raise
        journal = cls(path, header)
        journal._descriptor = descriptor
        journal._start = journal._shipped = journal._size = start
        try:
            for end, record in iter_frames(data, start):
                journal._size = end
                journal.last_seq += record.count if isinstance(record, Skipped) else 1
        except DamagedFrame as error:
            journal.damage = error.damage
        return journal

    @property
    def is_closed(self) -> bool:
        """Return whether no more records are taken."""
        return self._closed

    @property
    def is_drained(self) -> bool:
        """Return whether everything appended so far has been shipped."""
        return self.shipped_seq >= self.last_seq

    def append(self, record: Record) -> int:
        """Keep `record` and return its sequence number; raise `JournalClosed` after `close` or `delete`."""
        frame = encode_frame(record)
        with self._lock:
            if self._closed:
                raise JournalClosed(self.path.name)
            if self._waiting or self._skipped or self._descriptor < 0:
                self._append_waiting(frame)
                return self.last_seq
            try:
                self._write(frame)
            except OSError as error:
                self._report_full(error)
                self._append_waiting(frame)
                return self.last_seq
            self.last_seq += 1
            return self.last_seq

    def peek(self, limit: int = CHUNK_BYTES) -> bytes:
        """Return whole frames not shipped yet, about `limit` bytes of them; empty if there are none."""
        with self._lock:
            if self._shipped >= self._size:
                data = bytes(self._waiting[:limit])
                return data if len(data) < limit or _has_frame(data) else bytes(self._waiting)
            offset, available = self._shipped, self._size - self._shipped
        length = min(limit, available)
        while True:
            data = os.pread(self._descriptor, length, offset)
            if length >= available or _has_frame(data):
                return data
            length = min(length * 4, available)

    def advance(self, length: int, records: int) -> None:
        """Count `length` bytes holding `records` records, as returned by `peek`, as shipped."""
        with self._lock:
            self._shipped += length
            self.shipped_seq += records
            beyond = self._shipped - self._size
            if beyond > 0:
                del self._waiting[:beyond]
                self._shipped = self._size
                self._skipped += records

    def seek(self, seq: int) -> None:
        """Continue shipping after record `seq`, backwards too, as far as the file reaches."""
        with self._lock:
            if self._descriptor < 0:
                return
            data = os.pread(self._descriptor, self._size, 0)
            offset, count = self._start, 0
            for end, record in iter_frames(data, self._start):
                if count >= seq:
                    break
                offset = end
                count += record.count if isinstance(record, Skipped) else 1
            self._shipped, self.shipped_seq = offset, count

    def close(self) -> None:
        """Release the file and leave it for a later process, unless that was done before."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._flush_waiting()
            self._release()

    def abandon(self) -> None:
        """Let go of the file in a forked child, whose parent goes on writing it; take no lock."""
        self._closed = True
        self._release()

    def delete_if_drained(self) -> bool:
        """Delete the file if everything has been shipped; then the journal is closed."""
        with self._lock:
            if not self.is_drained or self._closed:
                return False
            self._closed = True
            self.path.unlink(missing_ok=True)
            self._release()
            return True

    def set_aside(self, suffix: str) -> Path:
        """Close the file and give it another suffix, so that nobody ships it again but a person can look."""
        with self._lock:
            aside = self.path.with_suffix(suffix)
            if self._descriptor >= 0:
                self.path.rename(aside)
            self._closed = True
            self._release()
            return aside

    def _open_new(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self.path.with_suffix(UNFINISHED)  # nobody adopts a journal before it is locked and has its header
        self._descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._write(MAGIC + encode_frame(self.header))
            unfinished.rename(self.path)
        except OSError:
            self._release()
            unfinished.unlink(missing_ok=True)
            self._size = 0
            raise
        self._start = self._shipped = self._size

    def _write(self, frame: bytes) -> None:
        written = os.write(self._descriptor, frame)
        if written != len(frame):
            self._finish(frame, written)
        self._size += len(frame)
        if self._fsync:
            os.fsync(self._descriptor)

    def _finish(self, frame: bytes, written: int) -> None:
        try:
            while written < len(frame):
                written += os.write(self._descriptor, memoryview(frame)[written:])
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise

    def _append_waiting(self, frame: bytes) -> None:
        self._flush_waiting()
        if not (self._waiting or self._skipped) and self._descriptor >= 0 and time.monotonic() >= self._retry_at:
            try:
                self._write(frame)
            except OSError as error:
                self._report_full(error)
            else:
                self.last_seq += 1
                return
        if len(self._waiting) + len(frame) > self._overflow_bytes:
            if not self.dropped:
                _log.warning(
                    "Dropping records of run '%s': the disk and 64 MiB of memory are full.", self.header.run_id
                )
            self.dropped += 1
            return
        self._waiting += frame
        self.last_seq += 1

    def _flush_waiting(self) -> None:
        if time.monotonic() < self._retry_at or not (self._waiting or self._skipped or self._descriptor < 0):
            return
        try:
            if self._descriptor < 0:
                self._open_new()
            if self._skipped:
                self._write(encode_frame(Skipped(self._skipped)))
                self._shipped = self._size
                self._skipped = 0
            self._write(bytes(self._waiting))
        except OSError:
            self._retry_at = time.monotonic() + RETRY_DISK_S
            return
        self._waiting.clear()
        _log.info("The journal of run '%s' can be written again.", self.header.run_id)

    def _report_full(self, error: OSError) -> None:
        _log.warning(
            "Cannot write the journal '%s' (%s). Records wait in memory; free some space in that folder.",
            self.path,
            error.strerror,
        )
        self._retry_at = time.monotonic() + RETRY_DISK_S

    def _release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _has_frame(data: bytes) -> bool:
    return next(iter_frames(data), None) is not None
