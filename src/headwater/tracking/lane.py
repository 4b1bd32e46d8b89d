"""A lane: the way of one journal to its store, with what went wrong on it."""

import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.loading import loading
from headwater.protocol.errors import (
    DataLoss,
    EndpointNotFound,
    HeadwaterError,
    InvalidParameterValue,
    PermissionDenied,
    RequestTooLarge,
    ResourceDoesNotExist,
    Unauthenticated,
)
from headwater.protocol.journals import Append, AppendResponse, GetJournal
from headwater.tracking.batch import Batch, build_batch, with_creation
from headwater.tracking.experiments import find_or_create
from headwater.tracking.frames import DamagedFrame
from headwater.tracking.journal import CHUNK_BYTES, Journal
from headwater.tracking.records import ArtifactFiles
from headwater.tracking.spool import remove_spool
from headwater.tracking.temporary import is_temporary

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.stores.interface import Store

HEARTBEAT_S = 15.0
FIRST_BACKOFF_S = 0.1
LAST_BACKOFF_S = 30.0
PATIENCE_S = 60.0  # for a run that another process is still creating
LONG_PATIENCE_S = 3600.0  # for one that another process is known to create
MAX_ERRORS = 100

_log = logging.getLogger(__name__)
_REMEDIABLE = (EndpointNotFound, PermissionDenied, Unauthenticated)


class Lane:
    """Ship one journal, in order, exactly once. Only the shipper's thread calls `ship` and `beat`."""

    def __init__(self, journal: Journal, uri: str, open_store: "Callable[[], Store]") -> None:
        self.journal = journal
        self.uri = uri
        self.is_active = False  # the run is open in this process
        self.is_ended = False  # nothing more is expected, so that the journal may go when it is shipped
        self.is_rejected = False
        self.errors: list[HeadwaterError] = []  # what the store refused, not raised yet
        self.failure: HeadwaterError | None = None  # why the last attempt failed, until one succeeds
        self.patience_s = PATIENCE_S
        self.attempts = 0
        self.waiters = 0  # who does nothing but wait until all of this is stored
        self.retry_at = 0.0
        self.changed_at = time.monotonic()
        self._open_store = open_store
        self._beat_at = time.monotonic() + HEARTBEAT_S
        self._backoff = FIRST_BACKOFF_S
        self._chunk = CHUNK_BYTES
        self._first_failure = 0.0
        self._warned: set[str] = set()
        self._is_created = False

    @property
    def run_id(self) -> str:
        """Return the run whose records travel here."""
        return self.journal.header.run_id

    @property
    def is_idle(self) -> bool:
        """Return whether nothing waits, or nothing ever will be accepted."""
        return self.is_rejected or self.journal.is_drained

    @property
    def due_at(self) -> float:
        """Return when the shipper should look here again without being woken, on the monotonic clock."""
        if not self.is_idle:
            return self.retry_at
        return self._beat_at if self.is_active and not self.is_rejected else float("inf")

    def align(self) -> None:
        """Ask the store how far this journal has been stored, and continue there."""
        stored = self._open_store().runs.get_journal(GetJournal(self.journal.header.journal_id))
        self.journal.seek(stored.last_seq)

    def ship(self) -> bool:
        """Send one batch; return whether more waits. Failures are kept in `failure` and `errors`, never raised."""
        now = time.monotonic()
        if self.is_idle:
            self._beat(now)
            return False
        if now < self.retry_at:
            return False
        try:
            return self._ship_batch()
        except HeadwaterError as error:
            self._fail(error)
        except DamagedFrame as error:
            self._reject(DataLoss(f"The journal '{self.journal.path}' is damaged: {error}. It was set aside."))
        return False

    def hurry(self) -> None:
        """Make the next attempt due now."""
        self.retry_at = 0.0
        self._backoff = FIRST_BACKOFF_S

    def _ship_batch(self) -> bool:
        data = self.journal.peek(self._chunk)
        first_seq = self.journal.shipped_seq + 1
        batch = build_batch(data, self.journal.header, first_seq, heartbeat=self.is_active)
        store = self._open_store()
        request = self._prepare(store, batch)
        response = store.runs.append(request)
        self._succeed()
        if response.last_seq == request.last_seq:
            self.journal.advance(batch.length, batch.records)
            self._is_created = True
            self._note_rejections(response)
            if batch.artifacts is not None:
                remove_spool(self._spool(batch.artifacts))
            return not self.journal.is_drained and (batch.length < len(data) or len(data) >= self._chunk)
        self.journal.seek(response.last_seq)
        if self.journal.shipped_seq + 1 == first_seq:
            self._reject(
                DataLoss(
                    f"The store has {response.last_seq} records of journal '{self.journal.path.name}', "
                    f"which can be sent from record {first_seq} on only. It was set aside."
                )
            )
        return True

    def _prepare(self, store: "Store", batch: Batch) -> Append:
        request = batch.request
        if batch.creation is not None:
            experiment_id = batch.creation.experiment_id
            if not experiment_id:
                experiment_id = find_or_create(store, batch.creation.experiment_name).experiment_id
            request = with_creation(request, batch.creation, experiment_id)
        if batch.artifacts is not None:
            folder = self._spool(batch.artifacts)
            try:
                self._upload(store, [(path, folder / name) for path, name in batch.artifacts.files])
            except HeadwaterError as error:
                if self._is_worth_waiting(error, time.monotonic()):
                    raise
                self.note("artifact", error)
        return request

    def _upload(self, store: "Store", files: list[tuple[str, Path]]) -> None:
        with loading():
            from headwater.tracking.artifact_files import upload_files  # loaded by runs with artifacts only
            from headwater.tracking.progress import progress

        gone = [path for path, source in files if not source.exists()]
        if gone:  # the store took them, and the program was killed before it noted that
            _log.warning("Artifacts of run '%s' wait no more, they were sent before: %s", self.run_id, ", ".join(gone))
            files = [(path, source) for path, source in files if path not in gone]
        size = sum(source.stat().st_size for _, source in files)
        with progress("Uploading", size, is_awaited=lambda: self.waiters > 0) as show:

            def on_bytes(count: int) -> None:
                self._beat(time.monotonic())
                show(count)

            upload_files(store, self.run_id, files, on_bytes=on_bytes)

    def _beat(self, now: float) -> None:
        if not self.is_active or self.is_rejected or now < self._beat_at:
            return
        self._beat_at = now + HEARTBEAT_S
        seq = self.journal.shipped_seq
        beat = Append(
            journal_id=self.journal.header.journal_id,
            run_id=self.run_id,
            first_seq=seq + 1,
            last_seq=seq,
            heartbeat=True,
        )
        try:
            self._open_store().runs.append(beat)
        except HeadwaterError as error:
            _log.debug("A heartbeat of run '%s' was not accepted: %s", self.run_id, error)

    def _succeed(self) -> None:
        now = time.monotonic()
        self.attempts += 1
        if self.failure is not None and "failure" in self._warned:
            _log.info("Records of run '%s' reach '%s' again.", self.run_id, self.journal.header.tracking_uri)
            self._warned.discard("failure")
        self.failure = None
        self.changed_at = now
        self._beat_at = now + HEARTBEAT_S
        self._backoff = FIRST_BACKOFF_S

    def _fail(self, error: HeadwaterError) -> None:
        now = time.monotonic()
        if self.failure is None:
            self._first_failure = now
        self.attempts += 1
        self.failure = error
        if isinstance(error, RequestTooLarge) and self._chunk > 4096:
            self._chunk //= 4
            return
        if not self._is_worth_waiting(error, now):
            self._reject(error)
            return
        self.retry_at = now + self._backoff * (
            0.5 + os.urandom(1)[0] / 512
        )  # spread, so that many programs do not retry at once
        self._backoff = min(self._backoff * 2, LAST_BACKOFF_S)
        if "failure" not in self._warned and not isinstance(error, ResourceDoesNotExist):
            self._warned.add("failure")
            _log.warning(
                "Records of run '%s' wait on local disk, '%s' does not take them: %s",
                self.run_id,
                self.journal.header.tracking_uri,
                error,
            )

    def _is_worth_waiting(self, error: HeadwaterError, now: float) -> bool:
        if isinstance(error, ResourceDoesNotExist):
            since = now if self.failure is None else self._first_failure
            return not self._is_created and now - since < self.patience_s
        return _is_worth_waiting(error)

    def _reject(self, error: HeadwaterError) -> None:
        self.is_rejected = True
        aside = self.journal.set_aside(".damaged" if isinstance(error, DataLoss) else ".rejected")
        self.errors.append(error)
        _log.warning("Stopped logging run '%s': %s The records not stored are kept in '%s'.", self.run_id, error, aside)

    def _note_rejections(self, response: AppendResponse) -> None:
        for rejection in response.rejected:
            self.note(rejection.what, InvalidParameterValue(rejection.message))

    def _spool(self, artifacts: ArtifactFiles) -> Path:
        return self.journal.path.parent / artifacts.folder

    def note(self, kind: str, error: HeadwaterError) -> None:
        """Keep an error for `flush`, and warn of the first one of its kind."""
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(error)
        if kind not in self._warned:
            self._warned.add(kind)
            _log.warning("Run '%s': %s", self.run_id, error)


def _is_worth_waiting(error: HeadwaterError) -> bool:
    return is_temporary(error) or isinstance(error, _REMEDIABLE)
