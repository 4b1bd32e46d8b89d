"""The session: what one process holds open to log, shared by every thread of it."""

import logging
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit, urlunsplit

from headwater import config
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, TemporarilyUnavailable
from headwater.protocol.experiments import GetExperiment
from headwater.protocol.runs import RunStatus
from headwater.stores import open_store
from headwater.tracking.deferred import DeferredWork
from headwater.tracking.exits import install_exit_hooks, install_process_hooks, ship_at_exit
from headwater.tracking.experiments import find_or_create
from headwater.tracking.journal import Journal, JournalClosed, journal_folder, journal_paths
from headwater.tracking.lane import LONG_PATIENCE_S, Lane
from headwater.tracking.links import RunLinks
from headwater.tracking.records import Record, Update
from headwater.tracking.run import Experiment, experiment_from_wire
from headwater.tracking.shipper import Shipper, sync_journals
from headwater.tracking.stores import ASKING_TIMEOUT_S, SHIPPING_TIMEOUT_S, open_impatient_store
from headwater.tracking.temporary import is_temporary

if TYPE_CHECKING:
    from headwater.stores.interface import Store
    from headwater.tracking.tables import Table

SETTLE_S = 5.0
CAPTURE_TIMEOUT_S = 5.0
DEFERRED_S = 60.0
OFFLINE_S = 30.0

_log = logging.getLogger(__name__)


@dataclass
class RunTables:
    """The tables that this process has appended to in one run; `listed` are the names of all that the run has."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    tables: "dict[str, Table]" = field(default_factory=dict)
    listed: list[str] | None = None


class Waiting(NamedTuple):
    """What could not be shipped yet."""

    records: int
    runs: int


class Capturing(Protocol):
    """What a run captures by itself while it is open."""

    @property
    def has_console(self) -> bool:
        """Return whether the console of this process belongs to this run."""

    @property
    def is_busy(self) -> bool:
        """Return whether something is still being read after the end."""

    def start(self, *, with_console: bool) -> None:
        """Begin."""

    def stop(self, timeout_s: float) -> None:
        """End with the run."""

    def note_failure(self, error: BaseException) -> None:
        """Keep a traceback in the log."""

    def join(self, deadline: float) -> None:
        """Wait for the rest."""

    def abandon(self) -> None:
        """Let go of the parent's files in a forked child."""


class Session:
    """Journals, stores and the shipper of one process; made by `current_session` only."""

    def __init__(self) -> None:
        config.configure_logging()
        self.exit_status = RunStatus.FINISHED
        self._lock = threading.RLock()
        self._stores: dict[tuple[str, float | None], Store] = {}
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._active: dict[tuple[str, str], None] = {}
        self._params: dict[tuple[str, str], dict[str, str]] = {}
        self._links: dict[tuple[str, str], RunLinks] = {}
        self._created: set[tuple[str, str]] = set()
        self._tables: dict[tuple[str, str], RunTables] = {}
        self._captures: dict[tuple[str, str], Capturing] = {}
        self._captured: list[Capturing] = []  # of runs that ended while something was still being read
        self._resumed: set[tuple[str, str]] = set()
        self._shipper = Shipper()
        self.deferred = DeferredWork()
        self._is_finished = False
        self.is_finishing = False
        self._settled_sizes: dict[tuple[str, str], int] = {}
        self._started = 0
        self._start_time = 0
        self._distributed = 0
        self.alerted: dict[tuple[str, str], float] = {}  # when an alert was raised last, by run and title
        self.start_tags: dict[str, str] = {}  # for every run that is started from now on
        self._experiments: dict[tuple[str, str], Experiment] = {}
        self._offline_until = 0.0
        self.last_run: tuple[str, str] | None = None
        self.last_model: tuple[str, str] | None = None
        self.read_mode()

    def read_mode(self) -> None:
        """Read from the settings what a log call does that does not say whether it waits."""
        self.is_asynchronous = config.ASYNC_LOGGING.is_on()
        self.has_mode = self.is_asynchronous or config.LOGGING.get() == "sync"

    def store(self, uri: str) -> "Store":
        """Return the store at `uri` for reads, opened once."""
        return self._open(uri)

    def store_for_start(self, uri: str) -> "Store":
        """Return the store for the questions that the start of a run asks, which must not wait long."""
        return self._open(uri, ASKING_TIMEOUT_S)

    def find_experiment(self, uri: str, name: str, experiment_id: str) -> Experiment:
        """Return an experiment by its id, or by its name and created if missing, asking the store once.

        While the store cannot be reached, the answer holds only what was asked for; shipping settles the rest.
        """
        key = (uri, name or f"id {experiment_id}")
        if known := self._experiments.get(key):
            return known
        if time.monotonic() < self._offline_until:
            return _unknown_experiment(name, experiment_id)
        try:
            store = self.store_for_start(uri)
            if experiment_id:
                found = store.experiments.get(GetExperiment(experiment_id)).experiment
            else:
                found = find_or_create(store, name)
        except HeadwaterError as error:
            if not is_temporary(error):
                raise
            self._offline_until = time.monotonic() + OFFLINE_S
            _log.warning("Going on without the store, records wait on local disk: %s", error)
            return _unknown_experiment(name, experiment_id)
        experiment = experiment_from_wire(found)
        if experiment.lifecycle_stage == "active":
            self._experiments[key] = experiment
        return experiment

    def forget_experiments(self) -> None:
        """Ask the store again for every experiment, because one was changed."""
        self._experiments.clear()

    def append(self, uri: str, run_id: str, record: Record) -> tuple[Lane, int]:
        """Keep a record of a run on local disk; return its lane and sequence number."""
        lane = self._lanes.get((uri, run_id)) or self._new_lane(uri, run_id)
        try:
            seq = lane.journal.append(record)
        except JournalClosed:
            if lane.is_rejected:
                return lane, lane.journal.last_seq  # said once, and kept for flush()
            lane = self._new_lane(uri, run_id)
            seq = lane.journal.append(record)
        self._shipper.notify()
        return lane, seq

    def lane(self, uri: str, run_id: str) -> Lane:
        """Return the lane of a run, opened if there is none."""
        lane = self._lanes.get((uri, run_id))
        return self._new_lane(uri, run_id) if lane is None or lane.journal.is_closed else lane

    def remember_params(self, uri: str, run_id: str, params: dict[str, str]) -> None:
        """Raise `InvalidParameterValue` if this process gave one of these params another value before."""
        known = self._params.setdefault((uri, run_id), {})
        for key, value in params.items():
            before = known.setdefault(key, value)
            if before != value:
                raise InvalidParameterValue(
                    f"Changing param values is not allowed. Param with key='{key}' was already logged with "
                    f"value='{before}' for run ID='{run_id}'. Attempted logging new value '{value}'."
                )

    def known_params(self, uri: str, run_id: str) -> dict[str, str]:
        """Return the params that this process gave a run while it was open here."""
        return dict(self._params.get((uri, run_id), {}))

    def links(self, uri: str, run_id: str) -> RunLinks:
        """Return what links a run's points to models and datasets, until the run ends here."""
        links = self._links.get((uri, run_id))
        return links or self._links.setdefault((uri, run_id), RunLinks(config.ACTIVE_MODEL_ID.get()))

    def note_created(self, uri: str, run_id: str) -> None:
        """Remember that a run was begun in this process, so that what it has so far is known here."""
        self._created.add((uri, run_id))

    def is_created(self, uri: str, run_id: str) -> bool:
        """Return whether a run was begun in this process."""
        return (uri, run_id) in self._created

    def tables(self, uri: str, run_id: str) -> RunTables:
        """Return the tables of a run that this process has appended to."""
        return self._tables.setdefault((uri, run_id), RunTables())

    def forget_params(self, uri: str, run_id: str) -> None:
        """Forget what this process gave the params of a run, because they were edited."""
        self._params.pop((uri, run_id), None)

    def open_run(self, uri: str, run_id: str) -> None:
        """Count a run as open here: heartbeats are sent, and the end of the program ends it."""
        install_exit_hooks(current_session)
        with self._lock:
            self._active[(uri, run_id)] = None
            self.last_run = (uri, run_id)
        lane = self.lane(uri, run_id)
        lane.is_active = True
        lane.is_ended = False

    def start_capture(self, uri: str, run_id: str, capture: Capturing) -> None:
        """Let an open run capture until it is closed; the console belongs to the run that asked for it first."""
        has_console = any(other.has_console for other in self._captures.values())
        self._captures[(uri, run_id)] = capture
        capture.start(with_console=not has_console)

    def note_failure(self, uri: str, run_id: str, error: BaseException) -> None:
        """Keep the traceback in the run's log, as it is printed after the run has ended."""
        capture = self._captures.get((uri, run_id))
        if capture is not None:
            capture.note_failure(error)

    def note_resumed(self, uri: str, run_id: str) -> None:
        """Remember that a run was begun before, perhaps with other params."""
        self._resumed.add((uri, run_id))

    def is_resumed(self, uri: str, run_id: str) -> bool:
        """Return whether a run that was begun before is logged to."""
        return (uri, run_id) in self._resumed

    def attach_run(self, uri: str, run_id: str) -> None:
        """Log to a run that another process starts and ends: it gets no heartbeats and no end from here."""
        install_exit_hooks(current_session)
        with self._lock:
            self.last_run = (uri, run_id)
        self.note_resumed(uri, run_id)
        self.lane(uri, run_id).patience_s = LONG_PATIENCE_S

    def leave_run(self, uri: str, run_id: str) -> None:
        """Log no more to an attached run."""
        self._stop_capture(uri, run_id, CAPTURE_TIMEOUT_S)
        self._params.pop((uri, run_id), None)
        self.lane(uri, run_id).is_ended = True
        self._shipper.notify()

    def count_started(self) -> int:
        """Return how many runs this process started before, and count one more."""
        with self._lock:
            self._started += 1
            return self._started - 1

    def start_time(self) -> int:
        """Return now for a run that starts, later than for the one before, so that runs sort as they were started."""
        with self._lock:
            self._start_time = max(time.time_ns() // 1_000_000, self._start_time + 1)
            return self._start_time

    def count_distributed(self) -> int:
        """Return how many distributed runs this process began before, and count one more."""
        with self._lock:
            self._distributed += 1
            return self._distributed - 1

    def is_open(self, uri: str, run_id: str) -> bool:
        """Return whether a run is open here."""
        return (uri, run_id) in self._active

    def close_run(
        self, uri: str, run_id: str, status: RunStatus, end_time: int, timeout_s: float = CAPTURE_TIMEOUT_S
    ) -> None:
        """Record the end of a run and forget it; what it captures gets this long to finish.

        What is deferred for it comes first, for a bounded time.
        """
        self._stop_capture(uri, run_id, timeout_s)
        if not self.deferred.settle(time.monotonic() + DEFERRED_S, run_id):
            _log.warning("Run '%s' was ended before everything deferred for it was done.", run_id)
        self._close_run(uri, run_id, status, end_time)

    def close_run_later(self, uri: str, run_id: str, status: RunStatus, end_time: int) -> None:
        """Record the end of a run without waiting for what is deferred for it, after which it ends."""
        self._stop_capture(uri, run_id, CAPTURE_TIMEOUT_S)
        if self.deferred.has_work(run_id):
            self.deferred.add(run_id, lambda: self._close_run(uri, run_id, status, end_time))
        else:
            self._close_run(uri, run_id, status, end_time)

    def _stop_capture(self, uri: str, run_id: str, timeout_s: float) -> None:
        capture = self._captures.pop((uri, run_id), None)
        if capture is not None:
            capture.stop(timeout_s)
            self._captured = [other for other in (*self._captured, capture) if other.is_busy]

    def _close_run(self, uri: str, run_id: str, status: RunStatus, end_time: int) -> None:
        with self._lock:
            self._active.pop((uri, run_id), None)
            self._params.pop((uri, run_id), None)
            self._links.pop((uri, run_id), None)
            self._tables.pop((uri, run_id), None)
            self._created.discard((uri, run_id))
        lane, _ = self.append(uri, run_id, Update(status.value, end_time))
        lane.is_active = False
        lane.is_ended = True
        self._shipper.notify()

    def wait_stored(self, lane: Lane, seq: int) -> None:
        """Wait until the store has record `seq`; raise what prevented it or what the store refused."""
        deadline = time.monotonic() + float(config.HTTP_TIMEOUT_S.get())
        lane.hurry()
        is_over = self._shipper.wait(lane, seq, deadline, until_attempted=True)
        if lane.errors:
            raise lane.errors.pop(0)
        if not is_over:
            raise lane.failure or _waiting_error(Waiting(lane.journal.last_seq - lane.journal.shipped_seq, 1))

    def settle(self, uri: str, patience_s: float = SETTLE_S) -> None:
        """Wait, for a bounded time, until what this process, its workers and ended ones logged can be read at `uri`."""
        deadline = time.monotonic() + patience_s
        self.deferred.settle(deadline)
        own = set()
        for lane in self._shipper.lanes:
            own.add(lane.journal.path.name)
            if lane.uri == uri and not lane.is_idle and lane.failure is None:
                self._shipper.wait(lane, lane.journal.last_seq, deadline, until_attempted=True)
        if others := [path for path in journal_paths(config.home()) if path.name not in own]:
            from headwater.tracking.neighbours import Neighbours  # loaded where others logged

            neighbours = Neighbours(hide_password(uri), lambda: self._open(uri, SHIPPING_TIMEOUT_S), deadline)
            neighbours.settle(others, self._settled_sizes)

    def flush(self, timeout_s: float) -> None:
        """Wait until everything is stored; raise the first error that the store answered, or that time is over."""
        deadline = time.monotonic() + timeout_s
        self.deferred.settle(deadline)
        wanted = [(lane, lane.journal.last_seq) for lane in self._shipper.lanes if not lane.is_idle]
        for lane, seq in wanted:
            lane.hurry()
            self._shipper.wait(lane, seq, deadline)
        for lane in self._shipper.lanes:
            if lane.errors:
                raise lane.errors.pop(0)
        counts = [seq - lane.journal.shipped_seq for lane, seq in wanted if not lane.is_rejected]
        late = [count for count in counts if count > 0]
        if late:
            raise _waiting_error(Waiting(sum(late), len(late)))

    def count_waiting(self) -> Waiting:
        """Return how much has not been shipped yet."""
        counts = [lane.journal.last_seq - lane.journal.shipped_seq for lane in self._shipper.lanes if not lane.is_idle]
        return Waiting(sum(counts), len(counts))

    def finish(self, status: RunStatus, timeout_s: float) -> None:
        """End what is open, wait a bounded time for shipping, and leave the rest on disk with a word about it."""
        if self._is_finished:
            return
        self._is_finished = self.is_finishing = True
        try:
            self._finish(status, time.monotonic() + timeout_s)
        finally:
            self.is_finishing = False

    def _finish(self, status: RunStatus, deadline: float) -> None:
        self.deferred.settle(deadline)
        for uri, run_id in list(self._active):
            left = max(0.1, (deadline - time.monotonic()) / 2)
            self._stop_capture(uri, run_id, left)
            self._close_run(uri, run_id, status, time.time_ns() // 1_000_000)
        for capture in self._captured:
            capture.join(time.monotonic() + max(0.1, (deadline - time.monotonic()) / 2))
        try:
            for lane in self._shipper.lanes:
                lane.hurry()
                self._shipper.wait(lane, lane.journal.last_seq, deadline)
        except KeyboardInterrupt:  # somebody will not wait: the rest stays on disk
            deadline = time.monotonic()
        waiting = self.count_waiting()
        if not waiting.records:
            self._ship_children()
        has_stopped = self._shipper.stop(deadline)
        for lane in self._shipper.lanes:
            if not lane.journal.delete_if_drained():
                lane.journal.close()
        if has_stopped:
            for store in self._stores.values():
                store.close()
        if waiting.records:
            folder = journal_folder(config.home())
            sys.stderr.write(
                f"headwater: {waiting.records} records of {waiting.runs} run(s) wait in '{folder}'. "
                "Run 'headwater sync' to ship them.\n"
            )

    def abandon(self) -> None:
        """Let go of the parent's files in a forked child; the parent's stores stay untouched."""
        for lane in self._lanes.values():
            lane.journal.abandon()
        for capture in self._captures.values():
            capture.abandon()

    def _ship_children(self) -> None:
        """Ship what worker processes of our runs left behind because their time was short."""
        for uri in {uri for uri, _ in self._lanes}:
            sync_journals(tracking_uri=uri, run_ids={run_id for at, run_id in self._lanes if at == uri})

    def _open(self, uri: str, timeout_s: float | None = None) -> "Store":
        is_remote = urlsplit(uri).scheme in {"http", "https"}
        impatience = timeout_s if is_remote else None
        key = (uri, impatience)
        with self._lock:
            store = self._stores.get(key)
            if store is None:
                store = open_store(uri) if impatience is None else open_impatient_store(uri, impatience)
                self._stores[key] = store
            return store

    def _new_lane(self, uri: str, run_id: str) -> Lane:
        with self._lock:
            lane = self._lanes.get((uri, run_id))
            if lane is None or lane.journal.is_closed:
                ship_at_exit(current_session)
                install_process_hooks(current_session)
                folder = journal_folder(config.home())
                header_uri = hide_password(uri)
                journal = Journal.create(folder, run_id, header_uri, fsync=config.JOURNAL_FSYNC.is_on())
                lane = Lane(journal, uri, lambda: self._open(uri, SHIPPING_TIMEOUT_S))
                lane.is_active = (uri, run_id) in self._active
                self._lanes[(uri, run_id)] = lane
                self._shipper.add(lane)
            return lane


def _unknown_experiment(name: str, experiment_id: str) -> Experiment:
    location = f"mlflow-artifacts:/{experiment_id}" if experiment_id else ""
    return Experiment(experiment_id, name, location)


def hide_password(uri: str) -> str:
    """Return `uri` without its password."""
    parts = urlsplit(uri)
    if not parts.password:
        return uri
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@", 1)))


def current_session() -> Session:
    """Return this process's session, made at the first call; a forked child gets one of its own."""
    pid = os.getpid()
    session = _SESSIONS.get(pid)
    if session is None:
        _watch_forks()
        session = _SESSIONS.setdefault(pid, Session())
    return session


@cache
def _watch_forks() -> None:
    os.register_at_fork(after_in_child=_close_inherited_files)


def _close_inherited_files() -> None:
    for session in list(_SESSIONS.values()):
        session.abandon()


def _waiting_error(waiting: Waiting) -> TemporarilyUnavailable:
    return TemporarilyUnavailable(
        f"{waiting.records} records of {waiting.runs} run(s) could not be stored in time. They are kept on local disk; "
        "call flush() later, or run 'headwater sync'."
    )


_SESSIONS: dict[int, Session] = {}  # by process id: the one mutable module state besides the active run
